"""Checks of the providers by which people or staff may sign in: asked where their doors are, and
for their keys. Nobody is signed in."""

from __future__ import annotations

from collections.abc import Iterator

from careplan.acts.outside import Way
from careplan.partners.patience import CannotFetch
from careplan.web.doctor.findings import Finding, well, wrong
from careplan.web.here import Here


def of_providers(here: Here) -> Iterator[Finding]:
    for way in here.ways.values():
        yield _asked(way, here)


def _asked(way: Way, here: Here) -> Finding:
    name = "OIDC_PATIENT_ISSUER" if way.side == "people" else "OIDC_STAFF_ISSUER"
    try:
        way.there.doors(here.now())
        keys = way.there.keys(here.now()).keys
    except CannotFetch as problem:
        return wrong(
            "sign-in",
            f"The provider of {name} cannot be used: {problem}.",
            "See that the address is exactly the provider’s own and that this machine reaches it."
            " Passwords and passkeys go on working.",
        )
    if not keys:
        return wrong(
            "sign-in",
            f"The provider of {name} publishes no key that we could use.",
            "Ask whoever runs it which keys it signs with.",
        )
    return well("sign-in", f"The provider of {name} answers. It sends people to {way.back}.")
