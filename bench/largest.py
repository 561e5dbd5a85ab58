"""The largest case: a card link on the longest plan of the invented people, Mama after a stroke."""

from __future__ import annotations

from bench.place import Site, crowd
from careplan.acts.files import link_files
from careplan.fhir.bundle import to_emergency_bundle
from careplan.keys.tokens import to_b64url
from careplan.sharing.links import manifest_url, payload, viewer_address
from careplan.summary.narrative import narrative
from careplan.summary.today import day_notices
from tests.people.long_unicode_stroke import mama

LAST_ALLERGY = "rigors"
"""What a reader waits for: in the last line of the allergies."""


def largest(here: Site) -> tuple[str, bytes]:
    """The token and the key of the link."""
    words, version = here.world.words, mama().version()
    days = day_notices(version, words, here.world.drugs)
    shown = narrative(version, words)
    document = to_emergency_bundle(version, words, narrative=shown, notices=days)
    key = here.world.entropy(32)
    (file,) = link_files(here.world, key, document)
    (token,) = crowd(here.world, file, people=1)
    return token, key


def largest_address(here: Site, base_url: str) -> str:
    """What the code of such a link holds where the service is at `base_url`."""
    token, key = largest(here)
    link = payload(manifest_url(base_url, token=token), key=to_b64url(key), flag="L")
    return viewer_address(base_url, payload=link)
