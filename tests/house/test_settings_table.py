"""docs/settings.md is what the settings say of themselves. `--write-docs` writes it anew."""

from __future__ import annotations

import re
from dataclasses import MISSING
from pathlib import Path

from careplan.settings import BESIDE, abouts, default_of
from careplan.variables import About

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "settings.md"
BEGIN, END = "<!-- settings:begin -->", "<!-- settings:end -->"


def _row(about: About, default: object) -> str:
    if about.unless_set:
        unless = about.unless_set
    elif default is MISSING:
        unless = "it does not start"
    elif isinstance(default, bool):
        unless = "on" if default else "off"
    else:
        unless = f"`{default}`" if default not in ("", b"", None) else "–"
    secret = "secret" if about.secret else ""
    return f"| `{about.name}` | {about.meaning} | {unless} | {about.needed} | {secret} |"


def made() -> str:
    rows = [
        "| variable | what it is | unless set | needed in production | |",
        "|---|---|---|---|---|",
    ]
    rows += [_row(about, default_of(attribute)) for attribute, about in abouts().items()]
    rows += [_row(about, "") for about in BESIDE]
    return "\n".join((BEGIN, *rows, END))


def test_the_table_of_settings_is_current(request):
    text = TABLE.read_text("utf-8")
    if request.config.getoption("--write-docs"):
        text = re.sub(f"{BEGIN}.*{END}", lambda _found: made(), text, flags=re.DOTALL)
        TABLE.write_text(text, "utf-8")
    assert made() in text, "run: bin/test tests/house/test_settings_table.py --write-docs"


def test_every_setting_says_what_it_is_for():
    for about in (*abouts().values(), *BESIDE):
        assert re.fullmatch(r"[A-Z][A-Z_]+", about.name)
        assert about.meaning.endswith("."), f"{about.name}: say in a sentence what it is for"
        assert "|" not in about.meaning + about.needed + about.unless_set, about.name
    names = [about.name for about in (*abouts().values(), *BESIDE)]
    assert len(set(names)) == len(names)
