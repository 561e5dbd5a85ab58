"""The compose file: every setting can be given in it, and each secret reaches only who needs it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from careplan.environment import from_environment
from careplan.settings import BESIDE, abouts
from careplan.variables import Unsafe
from careplan.web.commands.all import commands

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "ops" / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "careplan"}
ELSEWHERE = {
    "PORT": "the image listens on one, and BIND says where",
    "BIND": "the image sets it",
    "PROMETHEUS_MULTIPROC_DIR": "the image sets it, for the site alone",
    "FLASK_DEBUG": "never in production",
    "APP_ROLE": "for `migrate`, which has it",
    "BACKUP_KEY": "for `nightly`, which has it",
}
GIVEN = {
    "SITE": "plan.example.org",
    "OWNER_PASSWORD": "owner",
    "APP_PASSWORD": "app",
    "MASTER_KEYS": "k1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
    "PEPPER": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUY=",
    "BACKUP_KEY": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpnaGlqa2w=",
    "SECURITY_CONTACT": "mailto:security@example.org",
}
"""The least that a file .env beside it holds."""


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


def composed(service: str, given: dict[str, str]) -> dict[str, str]:
    """What that container gets, as compose puts it together. Raises KeyError for what must be."""

    def put(found: re.Match[str]) -> str:
        name, how = found[1], found[2]
        return given.get(name, "") if how == ":-" else given[name]

    said = OURS[service]["environment"]
    return {
        name: re.sub(r"\$\{([A-Z_]+)(:-|:\?[^}]*)?\}", put, value) for name, value in said.items()
    }


def test_every_setting_can_be_given() -> None:
    settings = {about.name for about in (*abouts().values(), *BESIDE)}
    assert set(OURS["app"]["environment"]) == settings - set(ELSEWHERE)
    for name, one in OURS.items():
        assert "env_file" not in one, name
        assert set(OURS["app"]["environment"]) <= set(one["environment"]), name


@pytest.mark.parametrize("service", OURS)
def test_what_is_not_given_is_not_set(service: str) -> None:
    """Compose hands an empty text over for it, which must mean the same."""
    whole = composed(service, GIVEN)
    bare = {name: value for name, value in whole.items() if value}
    assert len(bare) < len(whole)
    assert from_environment(whole) == from_environment(bare)


def test_a_setting_that_is_given_arrives() -> None:
    more = {"BRAND": "Our plan", "NODES": "2", "SPOOL": "/var/lib/careplan/notes"}
    found = from_environment(composed("app", GIVEN | more))
    assert (found.brand, found.nodes, found.spool) == ("Our plan", 2, "/var/lib/careplan/notes")


def test_the_secrets_of_a_demonstration_are_refused() -> None:
    with pytest.raises(Unsafe, match="demonstration"):
        from_environment(composed("app", GIVEN | {"DEMO_SECRETS": "1"}))


def test_each_secret_reaches_only_who_needs_it() -> None:
    def who(name: str) -> set[str]:
        return {one for one, said in SERVICES.items() if f"${{{name}" in str(said)}

    assert who("BACKUP_KEY") == {"nightly"}
    assert who("OWNER_PASSWORD") == {"migrate", "database"}
    assert who("APP_PASSWORD") == {"app", "notices", "work", "nightly", "database"}
    assert composed("nightly", GIVEN)["BACKUP_KEY"] == GIVEN["BACKUP_KEY"]


def test_the_nights_work_is_in_the_image_and_may_write_its_copies() -> None:
    night = SERVICES["nightly"]
    script, folder = night["command"]
    assert script == "ops/docker/nightly.sh"
    assert f"!{script}" in (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert night["volumes"] == [f"copies:{folder}"]
    made = re.findall(
        r"install --directory --owner=careplan --group=careplan --mode=0700 \\\n\s*(.+?)\n",
        (DOCKER / "Dockerfile").read_text("utf-8"),
    )
    # A volume begins as the image's folder is: root's, where there is none.
    assert {folder, "/var/lib/careplan/notes"} <= set(made[0].split())
    assert night["networks"] == ["inside", "outside"]
    assert "migrate" in night["depends_on"]


def test_what_no_other_service_does_is_done_by_night() -> None:
    said = (DOCKER / "nightly.sh").read_text("utf-8")
    steps = set(re.findall(r"\btry ([a-z-]+)", said))
    assert steps <= set(commands)
    units = "".join(one.read_text("utf-8") for one in (ROOT / "ops/systemd").glob("*.service"))
    timed = set(re.findall(r"flask --app wsgi ([a-z-]+)", units))
    assert timed - steps == {"send-notices", "work"}
