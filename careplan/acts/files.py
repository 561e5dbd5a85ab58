"""The encrypted files behind a link, made when content or key changes and served many times."""

from __future__ import annotations

from careplan.acts.world import World
from careplan.keys.jwe import encrypt_file
from careplan.plan.care_plan import Version
from careplan.store.db import Transaction
from careplan.store.link_files import NewFile, put_files
from careplan.store.links import links_of, secrets_of

FHIR_JSON = "application/fhir+json"


def link_files(world: World, key: bytes, emergency: bytes) -> list[NewFile]:
    """The emergency document under the link's own key, plain and deflated, each with a fresh IV."""
    plain, zipped = (
        encrypt_file(
            emergency, key=key, content_type=FHIR_JSON, entropy=world.entropy, zipped=zipped
        )
        for zipped in (False, True)
    )
    return [NewFile(content_type=FHIR_JSON, jwe=plain, jwe_zipped=zipped)]


def refresh_links(world: World, tx: Transaction, version: Version, emergency: bytes) -> None:
    """Every link that could still open shows the new version from this moment."""
    patient_id, at = version.patient_id, version.published_at
    for link in links_of(tx, patient_id):
        if link.facts.revoked_at is None and link.facts.replaced_by is None:
            key = secrets_of(tx, patient_id, link.link_id).key
            files = link_files(world, key, emergency)
            put_files(tx, patient_id, link.link_id, files, version=version.number, at=at)
