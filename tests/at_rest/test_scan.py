"""No file that a database leaves on a disk says anything of anybody, however it is read."""

from __future__ import annotations

import base64
import gzip
import logging
import os
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from backports import zstd
from sqlalchemy import make_url

from careplan.keys.jwe import encrypt_file
from careplan.store.db import Store
from prove.at_rest import DATABASES, NAME, covers
from prove.evidence import kept
from tests.acts.worlds import Clinic
from tests.at_rest.facts import facts_in
from tests.at_rest.scanner import Found, Scanner
from tests.at_rest.year import live_a_year
from tests.stores import a_keyring, seeded

FACT = "Adaeze Okonkwo-Bright"
LONG = f"many words before {FACT} and many words after, again and again".encode() * 3


# --- what it can find --------------------------------------------------------------------------

SPELT: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "lower": bytes.lower,
    "upper": bytes.upper,
    "UTF-16": lambda one: one.decode().encode("utf-16-le"),
    "UTF-16, other way": lambda one: one.decode().encode("utf-16-be"),
    "hex": lambda one: one.hex().encode(),
    "HEX": lambda one: one.hex().upper().encode(),
    "address": lambda one: quote(one.decode(), safe="").encode(),
    "base64": base64.b64encode,
    "base64, one later": lambda one: base64.b64encode(b"x" + one),
    "base64, two later": lambda one: base64.urlsafe_b64encode(b"xy" + one),
    "base64 of UTF-16": lambda one: base64.b64encode(one.decode().encode("utf-16-le")),
    "zlib": zlib.compress,
    "zlib, quick": lambda one: zlib.compress(one, 1),
    "gzip": gzip.compress,
    "zstd": zstd.compress,
    "zstd in gzip": lambda one: gzip.compress(zstd.compress(one)),
    "zlib in hex": lambda one: zlib.compress(one).hex().encode(),
    "zlib, cut off": lambda one: zlib.compress(one * 9 + os.urandom(9000))[:-40],
    "zstd, cut off": lambda one: zstd.compress(one * 9 + os.urandom(300_000))[:-40],
}


@pytest.mark.parametrize("how", SPELT)
def test_it_finds_a_fact_however_it_is_spelt(how: str) -> None:
    noise = seeded(how)
    hidden = noise(77) + b"a" + SPELT[how](LONG) + noise(77)
    assert {one.fact for one in Scanner([FACT]).look(hidden)} == {FACT}


def test_it_says_what_it_was_packed_in() -> None:
    found = Scanner([FACT]).look(gzip.compress(LONG))
    assert found == {Found(FACT, "plain", "gzip")}


def test_it_finds_nothing_in_what_is_sealed() -> None:
    scanner = Scanner([FACT, "9990110212", "10 mg by mouth"])
    sealed = encrypt_file(LONG, key=b"k" * 32, content_type="a/b", entropy=os.urandom, zipped=True)
    assert scanner.look(sealed.encode() + os.urandom(200_000)) == set()


# --- what is on the disk -----------------------------------------------------------------------


def dumped(owner_url: str, folder: Path) -> list[Path]:
    """As whoever runs the database takes it away: to read, and packed."""
    url = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    made = []
    for form in ("plain", "custom"):
        out = folder / f"dump.{form}"
        subprocess.run(["pg_dump", f"--format={form}", f"--file={out}", url], check=True)
        made.append(out)
    return made


def on_disk(url: str, owner_url: str, folder: Path) -> list[Path]:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        files = sorted(path.parent.glob(f"{path.name}*"))
        assert {f"{path.name}-wal", f"{path.name}-shm"} <= {one.name for one in files}
        return files
    return dumped(owner_url, folder)


def test_after_a_year_nothing_on_the_disk_tells_of_anybody(
    clinic: Clinic,
    store_url: str,
    owner_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = live_a_year(clinic, months=2)
    facts = facts_in(clinic.world.store) | said
    assert {"Adaeze Grace Okonkwo-Bright", "9990110212", "ada@example.org"} <= facts
    assert any("mg" in one for one in facts)
    assert len(facts) > 100
    scanner = Scanner(facts)
    files = on_disk(store_url, owner_url, tmp_path)
    assert scanner.look_in(*files) == {}
    assert b"St Anselm" in b"".join(one.read_bytes() for one in files if "custom" not in one.name)
    assert scanner.look(caplog.text.encode()) == set()


def test_the_demonstrations_people_are_told_of_nowhere(lived_in_url: str) -> None:
    store = Store(lived_in_url, a_keyring(), entropy=seeded("scan"))
    facts = facts_in(store)
    store.close()
    assert len(facts) > 100
    path = Path(lived_in_url.removeprefix("sqlite:///"))
    assert Scanner(facts).look_in(path.parent) == {}


def test_the_long_search_is_as_new_as_what_it_searched() -> None:
    proved = kept(NAME)
    assert proved.get("covers") == covers(), "run bin/prove at_rest"
    assert proved["found"].keys() == set(DATABASES)
    assert [said["told"] for said in proved["found"].values()] == [[], []]
