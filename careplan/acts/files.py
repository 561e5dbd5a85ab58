"""The encrypted files behind a link, made when content or key changes and served many times."""

from __future__ import annotations

from careplan.acts.world import World
from careplan.keys.jwe import encrypt_file
from careplan.keys.tokens import from_b64url
from careplan.store.links import FileToKeep, LinkRow

FHIR_JSON = "application/fhir+json"


def link_files(world: World, link: LinkRow, emergency: bytes) -> list[FileToKeep]:
    """The emergency document under the link's own key, plain and deflated (design 3, SMART Health
    Links): a fresh IV each time."""
    key = from_b64url(link.secrets.key)
    plain, zipped = (
        encrypt_file(emergency, key=key, content_type=FHIR_JSON, entropy=world.entropy, zipped=zipped)
        for zipped in (False, True)
    )
    return [FileToKeep(FHIR_JSON, plain, zipped)]
