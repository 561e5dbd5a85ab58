"""States, checks and doors in the documents are what the code says. `--write-docs` writes anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from careplan.plan.lifecycle import diagram
from careplan.plan.safety import RULES, rule_table
from careplan.web.access import routes

ROOT = Path(__file__).resolve().parents[2]
FLOW = ROOT / "docs" / "flow.md"


def _states(_app: object) -> str:
    return f"```mermaid\n{diagram()}```"


def _rules(_app: object) -> str:
    rows = ["| check | what it looks at | severity | source |", "|---|---|---|---|"]
    rows += [
        f"| {name} | {row['title']} | {row['severity']} | {row['source']} |"
        for name, row in rule_table().items()
    ]
    return "\n".join(rows)


def _routes(app: object) -> str:
    rows = ["| address | methods | for |", "|---|---|---|"]
    rows += [f"| `{rule}` | {methods} | {reader} |" for rule, methods, reader in routes(app)]  # type: ignore[arg-type]
    return "\n".join(rows)


PARTS: dict[str, Callable[[object], str]] = {"states": _states, "rules": _rules, "routes": _routes}


@pytest.mark.parametrize("part", PARTS)
def test_the_generated_part_is_current(part, app, request):
    text = FLOW.read_text("utf-8")
    made = f"<!-- {part}:begin -->\n{PARTS[part](app)}\n<!-- {part}:end -->"
    pattern = re.compile(rf"<!-- {part}:begin -->.*<!-- {part}:end -->", re.DOTALL)
    if request.config.getoption("--write-docs"):
        FLOW.write_text(pattern.sub(lambda _found: made, text), "utf-8")
    assert made in FLOW.read_text("utf-8"), "run: bin/test tests/house/test_docs.py --write-docs"


def test_every_rule_has_its_row():
    assert set(RULES) == {name for name, row in rule_table().items() if "kept_by" not in row}


def test_the_readme_names_every_room():
    readme = (ROOT / "README.md").read_text("utf-8")
    rooms = [one.name for one in (ROOT / "careplan").iterdir() if (one / "__init__.py").is_file()]
    assert [room for room in rooms if f"`{room}`" not in readme and f"/{room}`" not in readme] == []


def test_every_page_the_documents_point_to_is_there():
    for page in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"(?:\]\(|src=\")(?!https?:)([^)#\"]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
