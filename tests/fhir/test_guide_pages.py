"""The pages of the guide are what its files say. `--write-docs` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from careplan.fhir import guide, guide_pages, profiles

DOCS = Path(__file__).resolve().parents[2] / "docs" / "fhir"
PAGES = DOCS / "profiles"
RUN = "run: bin/test tests/fhir/test_guide_pages.py --write-docs"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return guide_pages.pages()


def test_every_page_is_current(pages: dict[str, str], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-docs"):
        for path in PAGES.glob("*.md"):
            path.unlink()
        for name, text in pages.items():
            (PAGES / name).write_text(text, "utf-8")
    kept = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    assert kept.keys() == pages.keys(), RUN
    assert [name for name in pages if kept[name] != pages[name]] == [], RUN


def test_the_list_of_them_is_current(request: pytest.FixtureRequest) -> None:
    index = DOCS / "README.md"
    made = f"<!-- guide:begin -->\n{guide_pages.lists()}\n<!-- guide:end -->"
    pattern = re.compile("<!-- guide:begin -->.*<!-- guide:end -->", re.DOTALL)
    if request.config.getoption("--write-docs"):
        index.write_text(pattern.sub(lambda _found: made, index.read_text("utf-8")), "utf-8")
    assert made in index.read_text("utf-8"), RUN


def test_profiles_extensions_value_sets_and_code_systems_have_a_page(pages: dict[str, str]) -> None:
    kinds = ("StructureDefinition", "ValueSet", "CodeSystem")
    wanted = {
        name.replace(".json", ".md")
        for name, one in guide.resources().items()
        if one["resourceType"] in kinds
    }
    assert pages.keys() == wanted
    listed = guide_pages.lists()
    assert [name for name in wanted if f"](profiles/{name})" not in listed] == []


def test_a_page_says_every_rule_of_its_profile(pages: dict[str, str]) -> None:
    for one in profiles.ours().values():
        page = pages[guide_pages.page_of(dict(one))]
        for rule in _rules(one["differential"]["element"]):
            assert f"`{rule}`" in page, (one["id"], rule)


def _rules(elements: list[dict[str, str]]) -> Iterator[str]:
    for one in elements:
        place = one["id"].partition(".")[2]
        if one["id"].startswith("Extension"):
            part = re.fullmatch(r"extension:(\w+)", place)
            if part:
                yield part.group(1)
        elif place and not place.endswith(".url"):
            yield place


def test_every_rule_of_a_profile_says_what_it_means() -> None:
    for one in profiles.ours().values():
        for rule in one["differential"]["element"]:
            told = "short" in rule or one["type"] == "Extension" or rule["id"].endswith(".url")
            assert told, (one["id"], rule["id"])


def test_no_words_of_the_standard_are_kept(pages: dict[str, str]) -> None:
    """Every meaning on a page is one of our own: what FHIR says, FHIR's own pages say."""
    ours = {
        guide_pages._text(rule["short"])
        for one in profiles.ours().values()
        for rule in one["differential"]["element"]
        if "short" in rule
    }
    titles = {guide_pages._text(guide.title_of(dict(one))) for one in profiles.ours().values()}
    for name, page in pages.items():
        if name.startswith("StructureDefinition"):
            rows = [row for row in page.splitlines() if re.match(r"\| `", row)]
            said = {re.split(r"(?<!\\) \| ", row.strip("| "))[3].strip(" |") for row in rows}
            assert said <= ours | titles, name


def test_every_page_for_other_systems_is_led_to() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert [name for name in sorted(pages) if f"({name})" not in index] == []
