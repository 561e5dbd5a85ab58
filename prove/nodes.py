"""Several machines, one after the other taken away while people read, write and sign: was anything
lost, and who had to ask twice?
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from careplan.acts import late, telling_late
from careplan.acts.accounts import set_second_factor
from careplan.acts.signing_in import sign_in
from careplan.acts.world import World
from careplan.audit.events import Kind as Deed
from careplan.store import spool, standby
from careplan.store.db import Store
from careplan.store.migrate import migrate
from careplan.store.trail import events_of
from prove.clients import Browser, Story, edits, going_on, opens, signs
from prove.evidence import ROOT, digest_of, here_and_now, keep
from prove.machines import Machine, machines, missing
from prove.pair import Server, either_of, pair_of, programs
from tests.acts.worlds import Clinic, a_signed_plan, token_of
from tests.conftest import CHEAP
from tests.stores import a_keyring, seeded
from tests.visitors import PASSWORD, a_clinician, code_of

NAME, SEED = "nodes", "nodes 1"
APPS = ("app1", "app2", "app3")
EVERYTHING = ("proxy", *APPS, "database1", "database2")
SKIPPED = 77
WRITES = "/plan/write/about_me/severe-pain"


def covers() -> str:
    """A digest of what goes on without a primary, and of what is told afterwards."""
    return digest_of((late, telling_late, spool, standby))


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--short"]):
        print("bin/prove nodes takes nothing more than --short", file=sys.stderr)
        return 2
    why_not = missing() or (programs() is None and "PostgreSQL must be installed first.") or None
    if why_not:
        print(f"bin/prove nodes: skipped: {why_not}", file=sys.stderr)
        return SKIPPED
    pace = 0.5 if asked else 1.0
    with tempfile.TemporaryDirectory(prefix="careplan-nodes-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        found = _story(place, pace)
    for line in found["lines"]:
        print(f"  {line}", flush=True)
    if not asked and not found["wrong"]:
        write(found)
        print(f"Proved: docs/evidence/{NAME}.md")
    for wrong in found["wrong"]:
        print(f"  NOT SO: {wrong}", flush=True)
    return 1 if found["wrong"] else 0


# --- the machines ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Site:
    """All machines with what runs on them."""

    place: Path
    made: Mapping[str, Machine]
    primary: Server
    standby: Server
    clinic: Clinic
    running: dict[str, subprocess.Popen[bytes]]

    @property
    def host(self) -> str:
        return self.made["proxy"].address

    def start_app(self, name: str) -> None:
        machine = self.made[name]
        log = (self.place / f"{name}.log").open("ab")
        command = (
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{machine.address}:8000"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
            *("--no-control-socket", "--log-level", "warning"),
            *("--config", "python:careplan.web.server"),
        )
        self.running[name] = machine.start(*command, env=self._env(name), cwd=ROOT, log=log)

    def kill_app(self, name: str) -> None:
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def start_proxy(self) -> None:
        folder = self.place / "nginx"
        folder.mkdir()
        servers = "\n".join(
            f"        server {self.made[name].address}:8000 max_fails=1 fail_timeout=2s;"
            for name in APPS
        )
        text = (ROOT / "ops" / "nodes" / "nginx.conf").read_text("utf-8")
        for mark, value in (("FOLDER", folder), ("SERVERS", servers), ("ADDRESS", self.host)):
            text = text.replace(f"@{mark}@", str(value))
        conf = folder / "nginx.conf"
        conf.write_text(("user root;\n" if os.getuid() == 0 else "") + text, "utf-8")
        log = (folder / "out.log").open("ab")
        command = ("nginx", "-p", str(folder), "-c", str(conf), "-e", str(folder / "error.log"))
        proxy = self.made["proxy"]
        self.running["proxy"] = proxy.start(*command, env=os.environ, cwd=folder, log=log)

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for server in (self.primary, self.standby):
            server.stop()

    def _env(self, name: str) -> dict[str, str]:
        keys = a_keyring()
        master = b64encode(keys.masters[keys.current]).decode()
        return {
            **os.environ,
            "CAREPLAN_ENV": "test",
            "DATABASE_URL": either_of(self.primary, self.standby),
            "STANDBY_URL": self.standby.url,
            "SPOOL": str(self.place / f"{name}-spool"),
            "NODES": str(len(APPS)),
            "BASE_URL": f"http://{self.host}",
            "MASTER_KEYS": f"{keys.current}:{master}",
            "MASTER_KEY_CURRENT": keys.current,  # or a file of settings beside us would say
            "PEPPER": b64encode(keys.pepper).decode(),
        }


@contextmanager
def _site(place: Path) -> Iterator[Site]:
    bin_ = programs()
    assert bin_ is not None
    with ExitStack() as stack:
        made = stack.enter_context(machines(EVERYTHING))
        primary, standby_ = (
            Server(
                folder=place / name,
                bin=bin_,
                host=made[name].address,
                port=5432,
                inside=made[name].inside,
            )
            for name in ("database1", "database2")
        )
        pair_of(primary, standby_)
        migrate(primary.url)
        store = Store(either_of(primary, standby_), a_keyring(), entropy=seeded(SEED))
        stack.callback(store.close)
        base = f"http://{made['proxy'].address}"
        clinic = a_signed_plan(World(store, seeded(f"{SEED} world"), base, strength=CHEAP))
        site = Site(place, made, primary, standby_, clinic, {})
        stack.callback(site.stop)
        for name in APPS:
            site.start_app(name)
        site.start_proxy()
        _until("every application server answers", lambda: _all_answer(site), 60)
        yield site


def _all_answer(site: Site) -> bool:
    for name in APPS:
        door = HTTPConnection(site.made[name].address, 8000, timeout=2)
        try:
            door.request("GET", "/readyz")
            if door.getresponse().status != 200:
                return False
        except OSError:
            return False
        finally:
            door.close()
    return True


# --- the story ------------------------------------------------------------------------------------

WELL, APP_KILLED, APP_UNPLUGGED = "all well", "an application killed", "an application unplugged"
PRIMARY_GONE, PROMOTED = "the primary gone", "the standby promoted"
STRETCHES = (WELL, APP_KILLED, APP_UNPLUGGED, PRIMARY_GONE, PROMOTED)


def _story(place: Path, pace: float) -> dict[str, Any]:
    with _site(place) as site:
        story = Story()
        clinic, card = site.clinic, site.clinic.share()
        stranger = Browser(site.host)
        patient = Browser(site.host, f"careplan={_signed_in(clinic.world, 'ada@example.org')}")
        signer = Browser(site.host, f"careplan={_signer(clinic)}")
        numbers, address = count(1), f"/team/{clinic.patient_id}/sign"
        before = _kept(clinic)
        with going_on(
            *(lambda: opens(story, stranger, token_of(card)) for _ in range(3)),
            lambda: edits(story, patient, WRITES, numbers),
            lambda: signs(story, signer, address),
        ):
            time.sleep(12 * pace)
            _without_applications(site, story, pace)
            times = _without_a_primary(site, story, pace)
        clinic.world.store.close()  # its connections were to the machine that is gone
        _until("every spool is told", lambda: not _spooled(site), 60)
        return _judged(site, story, before, times)


def _without_applications(site: Site, story: Story, pace: float) -> None:
    story.stretch = APP_KILLED
    site.kill_app("app2")
    time.sleep(8 * pace)
    site.start_app("app2")
    _until("the killed one answers again", lambda: _all_answer(site), 60)
    story.stretch = APP_UNPLUGGED
    site.made["app3"].pull_cable()
    time.sleep(10 * pace)
    site.made["app3"].plug_in()
    _until("the unplugged one answers again", lambda: _all_answer(site), 60)


def _without_a_primary(site: Site, story: Story, pace: float) -> dict[str, float]:
    story.stretch = PRIMARY_GONE
    site.made["database1"].pull_cable()
    site.primary.kill()
    time.sleep(16 * pace)
    story.stretch, began = PROMOTED, time.monotonic()
    site.standby.say("ALTER SYSTEM RESET synchronous_standby_names")
    site.standby.promote()
    written = story.acknowledged["edits"]
    _until("writing goes on", lambda: story.acknowledged["edits"] > written, 60)
    took = time.monotonic() - began
    time.sleep(8 * pace)
    return {"seconds from promoting to the first edit kept": took}


def _signed_in(world: World, email: str) -> str:
    return sign_in(world, email=email, password=PASSWORD, at=_now())


def _signer(clinic: Clinic) -> str:
    """A clinician of the team with both steps given."""
    world, at = clinic.world, _now()
    team = UUID(clinic.doctor.team_id)
    staff = a_clinician(world, team_id=team, email="signer@example.org", with_phone=False)
    token = sign_in(world, email=staff.email, password=PASSWORD, at=at)
    given, code = replace(staff.who, second_factor=True), code_of(staff.secret, at)
    fresh = set_second_factor(world, by=given, secret=staff.secret, code=code, at=at, token=token)
    return fresh or token


def _spooled(site: Site) -> list[str]:
    return [
        str(one)
        for name in APPS
        for one in (site.place / f"{name}-spool").glob("*")
        if one.name not in ("lock", "telling")
    ]


def _kept(clinic: Clinic) -> dict[str, int]:
    with clinic.world.store.read() as tx:
        events = [one.event for one in events_of(tx, clinic.patient_id, limit=1_000_000)]
    looks = [one for one in events if one.kind is Deed.LINK_OPENED]
    edited = [one for one in events if one.kind is Deed.DRAFT_SAVED]
    return {
        "openings": len(looks),
        "openings, late": sum("late" in one.what for one in looks),
        "edits": sum(one.actor.name == clinic.ada.name for one in edited),
        "signatures": sum(one.kind is Deed.PLAN_SIGNED for one in events),
    }


def _judged(
    site: Site, story: Story, before: dict[str, int], times: dict[str, float]
) -> dict[str, Any]:
    """What was acknowledged, beside what is kept."""
    acknowledged, now = story.acknowledged, _kept(site.clinic)
    kept = {kind: number - before[kind] for kind, number in now.items()}
    wrong = [
        f"{acknowledged[kind]} {kind} were acknowledged and {number} are kept"
        for kind, number in kept.items()
        if number < acknowledged[kind]
    ]
    lines_told = int(site.standby.say("SELECT count(*) FROM replayed"))
    if lines_told != kept["openings, late"]:
        wrong.append(f"{lines_told} lines were told, and {kept['openings, late']} looks are late")
    wrong += [
        f"{one.failed_twice} {kind} failed twice: {stretch}"
        for (stretch, kind), one in story.met.items()
        if one.failed_twice
    ]
    wrong += ["a chain is broken"] * (not site.clinic.chains_hold())
    wrong += ["links did not open without a primary"] * (
        not acknowledged["openings, late"] or story.sum(PRIMARY_GONE, "openings").refused > 0
    )
    wrong += ["nothing was refused in words"] * (not story.sum(PRIMARY_GONE, "edits").refused)
    wrong += [f"nothing of it: {one}" for one in ("edits", "signatures") if not acknowledged[one]]
    lines = [
        f"{stretch}: {kind} {met.done} done, {met.failed} failed once, {met.failed_twice} twice, "
        f"{met.refused} refused in words, {met.late} late, slowest {met.slowest:.1f} s"
        for (stretch, kind), met in story.met.items()
    ]
    return {
        "lines": [*lines, f"acknowledged {dict(acknowledged)}, kept {kept}, {times}"],
        "wrong": wrong,
        "met": [[*key, asdict(met)] for key, met in story.met.items()],
        "acknowledged": dict(acknowledged),
        "kept": kept,
        "times": {name: round(value, 1) for name, value in times.items()},
    }


def write(found: dict[str, Any]) -> None:
    about = here_and_now("careplan", "prove", "ops/nodes")
    met = {(one[0], one[1]): one[2] for one in found["met"]}
    rows = "\n".join(
        f"| {stretch} | {kind} | {one['done']} | {one['failed']} | {one['failed_twice']} | "
        f"{one['refused']} | {one['late']} | {one['slowest']:.1f} s |"
        for stretch in STRETCHES
        for kind in ("openings", "edits", "signatures")
        if (one := met.get((stretch, kind)))
    )
    said, kept = found["acknowledged"], found["kept"]
    sums = "\n".join(
        f"| {kind} | {said.get(kind, 0)} | {number} |" for kind, number in kept.items()
    )
    times = "; ".join(f"{name}: {value}" for name, value in found["times"].items())
    page = (
        "# One machine after the other taken away\n\n"
        f"Written by `ops/nodes/run`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed “{SEED}”. Three application servers behind nginx, a PostgreSQL "
        "primary and its synchronous standby, each in a network namespace. People open a link, "
        "write and sign all the while; whoever meets an error tries once more at once.\n\n"
        "| What was done to the machines | Requests | Done | Failed once | Failed twice | Refused "
        "in words | From the standby | Slowest |\n|---|---|---|---|---|---|---|---|\n"
        f"{rows}\n\n"
        "What was acknowledged, and what the promoted standby holds. What was kept "
        "and whose answer was lost is counted only there.\n\n"
        f"| | Acknowledged | Kept |\n|---|---|---|\n{sums}\n\n"
        f"Every audit chain holds, and every spool is empty. {times}.\n"
    )
    facts = {key: value for key, value in found.items() if key not in ("lines", "wrong")}
    keep(NAME, {"covers": covers(), "seed": SEED, **facts, **about}, page)


def _until(what: str, true: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.2)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
