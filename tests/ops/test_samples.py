"""What ops/ offers is what its own programs accept, and every variable in it is one of ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from careplan.settings import BESIDE, abouts
from careplan.web.commands.all import commands
from careplan.web.security import LARGER

ROOT = Path(__file__).resolve().parents[2]
OPS = ROOT / "ops"
SETTINGS = {about.name for about in (*abouts().values(), *BESIDE)}
INSTALLED = "/srv/careplan"
COMPOSE = yaml.safe_load((OPS / "docker" / "compose.yaml").read_text("utf-8"))
UNITS = sorted((OPS / "systemd").glob("*.service"))


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """On one database: a sample knows nothing of databases."""
    return sqlite_url


def needs(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{program} is not installed here")
    return found


def run(*command: str, **environ: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environ, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# --- systemd -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As they would be installed, with the program where it lies here."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(OPS / "systemd", folder, dirs_exist_ok=True)
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text("utf-8").replace(INSTALLED, str(ROOT)), "utf-8")
    return folder


def test_systemd_takes_the_units(units: Path) -> None:
    files = [str(one) for one in units.iterdir() if one.suffix in (".service", ".timer")]
    said = run(
        *(needs("systemd-analyze"), "verify", "--man=no", *files), SYSTEMD_UNIT_PATH=f"{units}:"
    )
    assert said == ""


@pytest.mark.parametrize("unit", [one.name for one in UNITS if one.name.startswith("careplan-")])
def test_every_unit_is_locked_down(unit: str, units: Path) -> None:
    """systemd's own measure of how exposed a service is: 0 is not at all, 9.6 is as it comes."""
    analyse = needs("systemd-analyze")
    asked = ("security", "--offline=yes", "--threshold=25", str(units / unit))
    run(analyse, *asked, SYSTEMD_UNIT_PATH=f"{units}:")


def test_every_timer_has_its_unit_and_every_command_is_there() -> None:
    for timer in (OPS / "systemd").glob("*.timer"):
        assert timer.with_suffix(".service").is_file()
    told = "".join(unit.read_text("utf-8") for unit in UNITS)
    named = set(re.findall(r"flask --app wsgi ([a-z-]+)", told))
    assert named == {
        "send-notices",
        "work",
        "measures",
        "export-audit-heads",
        "backup",
        "drill",
        "verify-audit",
        "doctor",
    }
    assert named <= set(commands)


def test_a_copy_and_its_heads_may_be_made_twice_a_day() -> None:
    """A file that is there is never written over: a name of the day alone would stop the second."""
    for unit in ("careplan-backup.service", "careplan-heads.service"):
        assert "$(date +%%F-%%H%%M%%S)" in (OPS / "systemd" / unit).read_text("utf-8")


def test_copies_are_removed_after_five_weeks_and_nothing_else_is(tmp_path: Path) -> None:
    text = (OPS / "systemd" / "careplan-backup.service").read_text("utf-8")
    (said,) = re.findall(r"^ExecStartPost=(.+)$", text, re.MULTILINE)
    folder, others = tmp_path / "backups", ("note.txt", "2026-01-01-013000.heads")
    folder.mkdir()
    for name, days in (
        *(("2026-01-01-013000.backup", 36), ("2026-01-01-013000.backup.sha256", 36)),
        *(("2026-01-02-013000.backup", 34), ("2026-02-05-013000.backup", 0)),
        *((name, 90) for name in others),
    ):
        aged(folder / name, days)
    run(*said.replace("/var/lib/careplan/backups", str(folder)).split())
    left = {one.name for one in folder.iterdir()}
    assert left == {"2026-01-02-013000.backup", "2026-02-05-013000.backup", *others}


def test_a_drill_has_a_folder_of_its_own_to_restore_in() -> None:
    text = (OPS / "systemd" / "careplan-drill.service").read_text("utf-8")
    assert "StateDirectory=careplan careplan/scratch" in text
    assert " drill --scratch /var/lib/careplan/scratch " in text


def test_heads_are_exported_every_night() -> None:
    service = (OPS / "systemd" / "careplan-heads.service").read_text("utf-8")
    timer = (OPS / "systemd" / "careplan-heads.timer").read_text("utf-8")
    assert "StateDirectory=careplan careplan/heads" in service
    assert ' export-audit-heads --out "/var/lib/careplan/heads/' in service
    assert {"OnCalendar=*-*-* 01:15:00", "Persistent=yes"} <= set(timer.split("\n"))


def test_nothing_promises_to_take_a_new_release_without_a_restart() -> None:
    """With --preload a HUP parts the old program again."""
    assert "--preload" in (OPS / "start").read_text("utf-8")
    assert "ExecReload=" not in (OPS / "systemd" / "careplan-web.service").read_text("utf-8")


def aged(path: Path, days: int) -> None:
    path.write_text("x", "utf-8")
    then = time.time() - days * 86400 - 600
    os.utime(path, (then, then))


# --- proxies -------------------------------------------------------------------------------------


def test_nginx_takes_its_sample(tmp_path: Path) -> None:
    nginx = needs("nginx")
    openssl = needs("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "fullchain.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run(openssl, *made, "-subj", "/CN=x", "-keyout", str(key), "-out", str(certificate))
    sample = (OPS / "nginx" / "careplan.conf").read_text("utf-8")
    sample = sample.replace("/etc/ssl/careplan", str(tmp_path))
    sample = sample.replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{sample}\n}}\n", "utf-8")
    said = run(nginx, "-t", "-q", "-c", str(whole), "-p", str(tmp_path))
    assert "warn" not in said


def test_caddy_takes_its_sample() -> None:
    run(
        needs("caddy"),
        "validate",
        "--adapter",
        "caddyfile",
        "--config",
        str(OPS / "caddy/Caddyfile"),
    )


def test_no_proxy_writes_addresses_down_or_says_a_header_twice(client) -> None:
    nginx = _without_comments(OPS / "nginx" / "careplan.conf")
    caddy = _without_comments(OPS / "caddy" / "Caddyfile")
    assert "access_log off;" in nginx
    assert set(re.findall(r"error_log \S+ (\w+);", nginx)) == {"crit"}  # others quote the request
    assert not re.search(r"^\s*log\s*\{?$", caddy, re.MULTILINE)
    assert {"http.log.access", "http.log.error"} <= set(caddy.split())
    assert "add_header" not in nginx
    assert not re.search(r"^\s*header\b", caddy, re.MULTILINE)
    assert "Strict-Transport-Security" in client.get("/code").headers  # the application says it


def test_a_proxy_lets_in_what_the_application_lets_in() -> None:
    most = max(LARGER.values())
    for path, pattern in (
        (OPS / "nginx" / "careplan.conf", r"client_max_body_size (\d+)k"),
        (OPS / "caddy" / "Caddyfile", r"max_size (\d+)KB"),
    ):
        (kilobytes,) = re.findall(pattern, path.read_text("utf-8"))
        assert most <= int(kilobytes) * 1000 < most * 1.1


def test_a_proxy_takes_a_whole_request_in_first() -> None:
    """Few who send slowly would otherwise keep every thread of the application: `bin/prove load`
    counts how many they starve."""
    nginx = _without_comments(OPS / "nginx" / "careplan.conf")
    caddy = _without_comments(OPS / "caddy" / "Caddyfile")
    assert not re.search(r"proxy_(request_)?buffering\s+off", nginx)
    (taken,), (let_in,) = (
        re.findall(rf"{name} (\d+)KB", caddy) for name in ("request_buffers", "max_size")
    )
    assert int(taken) >= int(let_in)


def test_one_application_speaks_for_itself_while_its_database_is_away() -> None:
    """Asked at /readyz, the only one there is would be taken away, and its own words with it."""
    caddy = _without_comments(OPS / "caddy" / "Caddyfile")
    assert re.findall(r"health_uri (\S+)", caddy) == ["/healthz"]


def test_the_doors_that_are_limited_are_there(app) -> None:
    """A door that was renamed would silently lose its limit."""
    nginx = (OPS / "nginx" / "careplan.conf").read_text("utf-8")
    (doors,) = re.findall(r"location ~ \^/\(([a-z/|-]+)\)\$", nginx)
    (links,) = re.findall(r"location ~ \^/\(([a-z|]+)\)/ ", nginx)
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert [door for door in doors.split("|") if f"/{door}" not in rules] == []
    for link in links.split("|"):
        assert any(rule.startswith(f"/{link}/<") for rule in rules)


def _without_comments(path: Path) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", path.read_text("utf-8"))


# --- containers ----------------------------------------------------------------------------------


def test_hadolint_takes_the_dockerfile() -> None:
    run(needs("hadolint"), "--failure-threshold", "style", str(OPS / "docker" / "Dockerfile"))


def test_the_image_runs_as_nobody_and_asks_for_versions() -> None:
    text = (OPS / "docker" / "Dockerfile").read_text("utf-8")
    last = text.rsplit("\nFROM ", 1)[1]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["10001:10001"]
    assert last.index("USER ") < last.index("CMD [")
    froms = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(re.search(r":\d", one) for one in froms), froms
    assert "--require-hashes" in text
    assert not re.search(r"(?i)(key|secret|pepper|password)\s*=", text)
    (given,) = re.findall(r"^ENV ((?:.*\\\n)*.*)", last, re.MULTILINE)
    beside = {"PYTHONDONTWRITEBYTECODE", "XDG_CACHE_HOME"}
    everywhere = set(re.findall(r"([A-Z_]+)=", given))
    assert everywhere <= SETTINGS | beside
    assert "PROMETHEUS_MULTIPROC_DIR" not in everywhere, "the site alone makes that folder"
    assert "PROMETHEUS_MULTIPROC_DIR=" in last.rpartition("\nCMD ")[2]


def test_what_goes_into_the_image_is_enough_and_no_more(tmp_path: Path) -> None:
    """The files that the ignore list lets through, started on their own."""
    lines = (OPS / "docker" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    let = [one[1:] for one in lines if one.startswith("!")]
    asked = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [one for one in listed.splitlines() if (ROOT / one).is_file()]
    here = [one for one in files if any(fnmatch(one, f"{p}*") for p in let)]
    assert all(any(one == p or one.startswith(f"{p}/") for one in files) for p in let)
    assert not [one for one in here if one.startswith((".env", "tests", "var"))]
    assert {one for one in here if one.startswith("ops/")} == {"ops/start", "ops/docker/nightly.sh"}
    for name in here:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    for vendor in ("careplan/web/static/vendor", "careplan/fhir/vendor"):
        (tmp_path / vendor).symlink_to(ROOT / vendor)
    key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    pepper = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUY="
    environ = {
        "PATH": os.environ["PATH"],
        "CAREPLAN_ENV": "production",
        "BASE_URL": "https://plan.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "MASTER_KEYS": f"k1:{key}",
        "PEPPER": pepper,
    }
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi; print(wsgi.app.test_client().get('/healthz').text)"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "ok\n\n", done.stderr[-2000:]


def test_compose_names_only_settings_and_commands_there_are() -> None:
    for name, service in COMPOSE["services"].items():
        if service["image"] != "careplan":
            continue
        assert set(service["environment"]) <= SETTINGS, name
        command = service.get("command", [])
        called = re.findall(r"flask --app wsgi ([a-z-]+)", " ".join(command))
        assert set(called) <= set(commands), name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
    needed = {about.name for about in abouts().values() if about.needed == "yes"}
    assert needed <= set(COMPOSE["services"]["app"]["environment"])


def test_compose_has_no_secret_and_nothing_hanging() -> None:
    text = (OPS / "docker" / "compose.yaml").read_text("utf-8")
    for name in ("MASTER_KEYS", "PEPPER", "OWNER_PASSWORD", "APP_PASSWORD"):
        assert f"${{{name}:?" in text  # it does not start without, and none is written here
    services, networks = COMPOSE["services"], COMPOSE["networks"]
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services), name
        assert set(service["networks"]) <= set(networks), name
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            known = source in COMPOSE["volumes"] or (OPS / "docker" / source).exists()
            assert known, mount
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]


def test_every_script_is_looked_at() -> None:
    """By shellcheck, which bin/check asks."""
    (said,) = re.findall(
        r"^scripts\(\) \{ (.+); \}$", (ROOT / "bin/check").read_text(), re.MULTILINE
    )
    looked_at = [one for pattern in said.split()[1:] for one in ROOT.glob(pattern)]
    there = [one for one in OPS.rglob("*") if one.is_file() and os.access(one, os.X_OK)]
    assert there
    assert [one.name for one in there if one not in looked_at] == []


def test_what_starts_the_site_starts_it_as_bin_run_does() -> None:
    """One way to serve: what was tried in development is what runs."""

    def options(path: str) -> set[str]:
        said = (ROOT / path).read_text("utf-8").split("-m gunicorn", 1)[1]
        return set(re.findall(r"--[a-z-]+(?: [a-z0-9.:]+)?", said)) - {"--bind", "--worker-tmp-dir"}

    assert options("ops/start") == options("bin/run")


def test_every_command_the_runbooks_name_is_there() -> None:
    for page in (ROOT / "docs" / "runbooks").glob("*.md"):
        named = re.findall(r"flask --app wsgi ([a-z-]+)", page.read_text("utf-8"))
        assert set(named) <= set(commands), page.name
