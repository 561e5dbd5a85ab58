"""The providers that settings name, put together once at the start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from careplan.accounts.outside import Provider, Side
from careplan.acts.outside import Way
from careplan.keys.openid import ClientKey, NotAKey, read_client_key
from careplan.partners.openid import Asked
from careplan.settings import Settings
from careplan.variables import Unsafe


def ways_of(settings: Settings) -> Mapping[Side, Way]:
    """One for people, one for staff, as far as they are set. Nobody is asked yet. Raises Unsafe."""
    people = Provider(
        side=Side.PEOPLE,
        issuer=settings.patient_issuer,
        client_id=settings.patient_client_id,
        label=settings.patient_label,
    )
    staff = Provider(
        side=Side.STAFF,
        issuer=settings.staff_issuer,
        client_id=settings.staff_client_id,
        label=settings.staff_label,
        second_factor=settings.staff_second_factor,
    )
    keys = {
        Side.PEOPLE: _key("OIDC_PATIENT_KEY", settings.patient_key),
        Side.STAFF: _key("OIDC_STAFF_KEY", settings.staff_key),
    }
    return {
        one.side: Way(
            provider=one,
            there=Asked(one.issuer, anywhere=settings.environment != "production"),
            back=f"{settings.base_url}/account/elsewhere/{one.side}/back",
            key=keys[one.side],
            secret=settings.staff_secret if one.side is Side.STAFF else "",
        )
        for one in (people, staff)
        if one.issuer
    }


def _key(name: str, path: str) -> ClientKey | None:
    if not path:
        return None
    try:
        return read_client_key(Path(path).read_bytes())
    except OSError as problem:
        raise Unsafe(f"{name} cannot be read: {problem.strerror}.") from problem
    except NotAKey as problem:
        raise Unsafe(
            f"{name} is not a private RSA key in PEM of 2048 bits or more: make one with openssl"
            " genrsa 3072."
        ) from problem
