"""Every alert asks for figures that exist, and has a page that says what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from careplan.audit.kinds import Kind
from careplan.web.access import routes
from tests.web.test_figures import TOKEN, told

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
RULES = yaml.safe_load((ROOT / "ops/prometheus/careplan-alerts.yaml").read_text("utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
OF_PROMETHEUS = {"up"}
LATER = {"careplan_spool_bytes", "careplan_card_key_age_seconds"} | {
    "careplan_backup_age_seconds",
    "careplan_drill_age_seconds",
    "careplan_heads_age_seconds",
    "careplan_spool_unreadable_bytes",
}
"""There only once the thing itself is; `figures.py` names them."""

WITHOUT_ALERT = {
    f"docs/runbooks/{name}.md"
    for name in ("unit-failed", "certificate", "keys-lost-or-stolen", "new-host")
}
"""Begun by a job of systemd, by the doctor, or by somebody who knows what happened."""


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


def asked(rule) -> set[str]:
    without_labels = re.sub(r"\{[^}]*\}", "", rule["expr"])
    return set(re.findall(r"\b(?:up|careplan_\w+)\b", without_labels))


def test_every_figure_an_alert_asks_for_exists(make_app):
    app = make_app(metrics_token=TOKEN)
    app.test_client().get("/code")
    samples = told(app)
    text = (ROOT / "careplan/web/figures.py").read_text("utf-8")
    helped = {f"{name}_total" for name in re.findall(r'Counter\(\s*"(\w+)"', text)}
    helped |= {
        f"{name}_{end}"
        for name in re.findall(r'Histogram\(\s*"(\w+)"', text)
        for end in ("bucket", "count", "sum")
    }
    known = {name for name, *_labels in samples} | helped | OF_PROMETHEUS
    known |= {name for name in LATER if f'"{name}"' in text}
    for rule in ALERTS:
        assert asked(rule), rule["alert"]
        assert asked(rule) <= known, rule["alert"]


def test_every_label_an_alert_asks_for_can_be_there(app):
    deeds = {kind.value for kind in Kind}
    rules = {rule for rule, _methods, _reader in routes(app)}
    for rule in ALERTS:
        for label, value in re.findall(r'(\w+)=~?"([^"]*)"', rule["expr"]):
            if label == "deed":
                assert set(value.split("|")) <= deeds
            elif label == "rule":
                assert value in rules
            elif label == "outcome":
                assert f'"{value}"' in (ROOT / "careplan/web/figures.py").read_text("utf-8")
            else:
                assert (label, value) in {("job", "careplan"), ("status", "5xx")}


def test_every_alert_has_its_runbook_and_every_runbook_its_alert():
    named = {rule["annotations"]["runbook"] for rule in ALERTS}
    there = {str(one.relative_to(ROOT)) for one in RUNBOOKS.glob("*.md")}
    assert there - named == {"docs/runbooks/README.md", *WITHOUT_ALERT}
    assert named - there == set()
    assert len(named) == len(ALERTS)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_its_page_what_to_do(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    page = (ROOT / rule["annotations"]["runbook"]).read_text("utf-8")
    assert page.startswith(f"# {rule['annotations']['summary']}\n")
    meaning, steps = page.split("**What to do**")
    assert "**What it means.** " in meaning
    assert re.search(r"^1\. .{20,}", steps, re.MULTILINE)
    assert re.search(r"^2\. .{20,}", steps, re.MULTILINE)


def test_the_list_of_runbooks_names_each():
    listed = (RUNBOOKS / "README.md").read_text("utf-8")
    for page in RUNBOOKS.glob("*.md"):
        title = page.read_text("utf-8").splitlines()[0].removeprefix("# ")
        assert page.name == "README.md" or f"[{title}]({page.name})" in listed


def test_prometheus_asks_where_the_figures_are():
    said = yaml.safe_load((ROOT / "ops/prometheus/scrape.yaml").read_text("utf-8"))
    (job,) = said["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("careplan", "/metrics")
    assert job["authorization"]["type"] == "Bearer"
    assert said["rule_files"] == ["careplan-alerts.yaml"]
    (where,) = job["static_configs"]
    assert where["targets"] == ["127.0.0.1:8000"], "the site listens on its own machine alone"


def test_what_is_never_done_and_what_cannot_be_read_ring():
    """A figure that is not there is no figure that is too old: absence is asked for by itself."""
    asked = {rule["alert"]: rule["expr"] for rule in ALERTS}
    for alert, figure in (
        ("BackupOld", "careplan_backup_age_seconds"),
        ("DrillOld", "careplan_drill_age_seconds"),
        ("HeadsOld", "careplan_heads_age_seconds"),
    ):
        assert re.fullmatch(
            rf"max\({figure}\) > \d+ or absent(_over_time)?\({figure}(\[1d\])?\)", asked[alert]
        )
    assert asked["SpoolUnreadable"] == "careplan_spool_unreadable_bytes > 0"


def test_one_opening_that_failed_is_enough_to_ring():
    """rate() over a few minutes forgets a single one before anybody looks."""
    (asked,) = (rule["expr"] for rule in ALERTS if rule["alert"] == "OpeningsFail")
    assert asked == 'sum(increase(careplan_openings_total{outcome="unavailable"}[10m])) > 0'


@pytest.mark.parametrize(
    "asked",
    [
        ("rules", "ops/prometheus/careplan-alerts.yaml"),
        ("config", "--syntax-only", "ops/prometheus/scrape.yaml"),
    ],
    ids=lambda asked: asked[0],
)
def test_prometheus_itself_takes_them(asked):
    """As far as its own program says: an expression may be well formed and never ring."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    told = subprocess.run(
        [program, "check", *asked], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
