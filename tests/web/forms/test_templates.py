"""What is drawn: whole, safe, named for everybody, and never asking for something that is not
there.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from careplan.web.forms.check import check_of
from careplan.web.forms.conflict import ConflictView, conflict_of, settle
from careplan.web.forms.pages import section_pages
from careplan.web.forms.raw import raw_of
from careplan.web.forms.read import again, empty_body, read_page
from careplan.web.forms.show import view_of
from careplan.web.forms.tasks import task_list, team_task_list
from careplan.web.forms.views import Frame
from tests.make import TODAY, ada
from tests.web.forms.kit import (
    TEMPLATES,
    body_of,
    engine,
    form_of,
    new_ids,
    page_asking,
    pages,
    post,
    sections,
)

EVIL = "<img src=x onerror=alert(1)>\"'{{ 7*7 }}"
FRAME = Frame(action="/here", back="/", revision="3", saved_at="14:02", progress="Question 1 of 5")
ALL = [pytest.param(page, id=f"{page.section}-{page.id}") for page in pages()]


def drawn(template: str, **given: Any) -> tuple[str, Element]:
    """The page, once it has passed what every page must."""
    made, complaints = engine()
    text = made.get_template(template).render(**given)
    assert complaints.found == []
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(text)
    faults = [
        fault for fault in parser.errors if fault[1] != "non-void-element-with-trailing-solidus"
    ]
    assert faults == []
    return text, tree


def shown(page, body, **more: Any) -> tuple[str, Element]:
    reading = again(page, body, today=TODAY)
    view = view_of(page, body, reading.errors, reading.asks, new_id=new_ids(), **more)
    return drawn("forms/page.html", view=view, frame=FRAME)


def sound(tree: Element) -> None:
    """Unique ids, one heading, every control named, nothing inline that the content policy
    stops.
    """
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
    assert len(list(tree.iter("h1"))) == 1
    named = {node.get("for") for node in tree.iter("label")}
    for node in [*tree.iter("input"), *tree.iter("select"), *tree.iter("textarea")]:
        assert node.get("type") == "hidden" or node.get("id") in named, node.attrib
    for node in tree.iter():
        assert node.tag != "style"
        assert not [name for name in node.attrib if name.startswith("on") or name == "style"]
        for described in (node.get("aria-describedby") or "").split():
            assert described in ids, described
    assert all(node.get("src") for node in tree.iter("script"))


def words(tree: Element | None) -> str:
    assert tree is not None
    return " ".join(" ".join(tree.itertext()).split())


@pytest.mark.parametrize("page", ALL)
def test_an_empty_page(page):
    text, tree = shown(page, empty_body())
    sound(tree)
    assert "There is a problem" not in text
    assert page.heading in words(tree)
    assert words(tree.find(".//title")) == f"{page.heading} – My sickle cell plan"


@pytest.mark.parametrize("page", ALL)
def test_a_full_page_shows_every_value_for_sending_back(page):
    body = body_of(page.section, ada())
    _text, tree = shown(page, body, open_item=_first_item(page, body))
    sound(tree)
    sent = _sent(tree)
    for name, values in raw_of(page, body).items():
        if name in sent and not name.endswith("-item"):
            assert sorted(filter(None, sent[name])) == sorted(filter(None, values))


@pytest.mark.parametrize("page", ALL)
def test_a_page_of_errors_links_each_to_its_field(page):
    form = {name: [EVIL] for name in form_of(page, body_of(page.section, ada()))}
    form |= {
        name: ["3f0c1c9a-6a52-4b38-9f56-0f6a5d3c7e01"] for name in form if name.endswith("-item")
    }
    form |= {
        re.sub(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "3f0c1c9a-6a52-4b38-9f56-0f6a5d3c7e01",
            name,
        ): values
        for name, values in form.items()
    }
    body = empty_body() | {"plain": {"state": "list"}} if page.when else empty_body()
    reading = read_page(page, form | {"action": ["continue"]}, body, new_ids(), today=TODAY)
    view = view_of(page, reading.body, reading.errors, reading.asks, new_id=new_ids())
    text, tree = drawn("forms/page.html", view=view, frame=FRAME)
    sound(tree)
    assert "<img src=x" not in text
    assert "49" not in re.findall(r">\s*(49)\s*<", text)
    if reading.errors:
        assert words(tree.find(".//title")).startswith("Error: ")
        ids = {node.get("id") for node in tree.iter()}
        links = [
            a.get("href") or "" for a in tree.iter("a") if (a.get("href") or "").startswith("#")
        ]
        assert {f"#{error.html_id}" for error in reading.errors} <= set(links)
        assert {link.removeprefix("#") for link in links} <= ids
        for error in reading.errors:
            assert words(tree).count(error.text) >= 2


def test_a_folded_step_leads_with_its_dose_and_the_first_dose_stands_out():
    page = page_asking("pain_plan.steps")
    body = body_of("pain_plan", ada())
    view = view_of(page, body, new_id=new_ids())
    (steps,) = [field for field in view.fields if field.name == "steps"]
    assert [item.first for item in steps.items] == [False, False, False, True, False]
    first = steps.items[3]
    assert first.lead == ("first dose", "morphine", "10 mg", "subcutaneous", "every 30 minutes")
    assert first.rest == (
        "Maximum doses: 3",
        "Ceiling: 30 mg in first 2 hours, then senior review",
    )
    assert first.words == first.lead + first.rest
    _text, tree = shown(page, body)
    (block,) = [one for one in tree.iter("details") if "plan-fold--first" in one.get("class", "")]
    (line,) = block.iter("summary")
    assert words(line).startswith("Step 4 first dose morphine 10 mg subcutaneous every 30 minutes")


def test_routes_are_lists_one_after_the_other():
    """Under one name, in order; a third only where a third is kept."""
    page = page_asking("pain_plan.steps")
    body = body_of("pain_plan", ada())
    step = body["plain"]["steps"][3]
    for routes in (["subcutaneous"], ["oral", "IV"], ["oral", "IV", "buccal"]):
        step["routes"] = routes
        _text, tree = shown(page, body)
        sound(tree)
        name = f"steps-{step['id']}-routes"
        lists = [one for one in tree.iter("select") if one.get("name") == name]
        assert len(lists) == max(2, len(routes))
        assert lists[0].get("id") == name
        assert [value for value in _sent(tree)[name] if value] == routes
        labels = {one.get("for"): words(one) for one in tree.iter("label")}
        assert [labels[one.get("id")] for one in lists] == ["Route", *["or"] * (len(lists) - 1)]


def test_evil_text_is_only_text_on_every_surface():
    body = post(page_asking("about_me.known_as"), {"known_as": EVIL[:60]}).body
    page = page_asking("about_me.known_as")
    text, _tree = shown(page, body)
    assert "<img src=x" not in text
    for section in ("about_me",):
        view = check_of(section, body, href=lambda s, p: f"/{s}/{p}")
        text, tree = drawn("forms/check.html", view=view, frame=FRAME)
        assert "<img src=x" not in text
        assert EVIL[:60] in words(tree)
    conflict = conflict_of(page, {"known_as": ["mine"]}, body, theirs_by=EVIL)
    text, tree = drawn("forms/conflict.html", view=conflict, frame=FRAME)
    assert "<img src=x" not in text
    sound(tree)


def test_lines_of_text_come_back_without_a_space_more():
    page = page_asking("what_matters.what_matters")
    body = post(page, {"what_matters": "One\n  two\n\nthree"}).body
    _text, tree = shown(page, body)
    (box,) = tree.iter("textarea")
    assert box.text == "One\n  two\n\nthree"


@pytest.mark.parametrize("section", [s.id for s in sections()])
@pytest.mark.parametrize("full", [True, False])
def test_check_your_answers(section, full):
    body = body_of(section, ada()) if full else empty_body()
    view = check_of(section, body, href=lambda s, p: f"/{s}/{p}")
    _text, tree = drawn("forms/check.html", view=view, frame=FRAME)
    sound(tree)
    if not full:
        assert "Not answered" in words(tree)


def test_check_your_answers_says_what_is_not_sure():
    body = empty_body() | {"plain": {"unsure": ["early_signs"]}, "typed": {"usual_days": ["lots"]}}
    rows = {row.label: row.lines for row in check_of("my_sickle", body, href=lambda s, p: "").rows}
    assert rows["What do you feel first, when a crisis is on its way?"] == ("I’m not sure",)
    assert rows["How many days does a crisis last?"] == ("lots", "This needs another look.")


def test_the_task_lists():
    drafts = {section.id: body_of(section.id, ada()) for section in sections()}
    for groups in (
        task_list({}, href=_href),
        task_list(drafts, href=_href),
        team_task_list(drafts, href=_href),
    ):
        made, complaints = engine()
        made.get_template("forms/tasks.html").render(groups=groups)
        assert complaints.found == []


def test_the_shell_without_anything_for_an_error_page():
    text, tree = drawn("base.html", demo=True)
    assert "Everyone here is invented" in text
    assert "Not an NHS service" in text
    assert list(tree.iter("main"))


def test_nothing_comes_from_anywhere_else():
    for path in (*TEMPLATES.joinpath("forms").iterdir(), TEMPLATES / "base.html"):
        assert not re.findall(r"""(?:src|href|url\()\s*=?\s*["']?https?:""", path.read_text())
        assert "|safe" not in path.read_text().replace(" ", "")


# Two people in one section


def test_two_texts_side_by_side_and_the_choice():
    page = page_asking("pain_plan.steps")
    theirs = body_of("pain_plan", ada())
    item = theirs["plain"]["steps"][3]["id"]
    mine = raw_of(page, theirs) | {
        f"steps-{item}-dose-amount": ["11"],
        "reassess": ["every 15 minutes"],
    }
    view = conflict_of(page, mine, theirs, theirs_by="Dr Helena Marsden")
    assert view is not None
    assert [one.name for one in view.differences] == [f"steps-{item}", "reassess"]
    assert "11 mg" in " ".join(view.differences[0].mine)
    assert "10 mg" in " ".join(view.differences[0].theirs)
    _text, tree = drawn("forms/conflict.html", view=view, frame=FRAME)
    sound(tree)
    carried = _sent(tree)
    assert carried["reassess"] == ["every 15 minutes"]
    undecided = settle(
        page, mine | {"keep-reassess": ["mine"]}, theirs, theirs_by="Dr Helena Marsden"
    )
    assert isinstance(undecided, ConflictView)
    drawn("forms/conflict.html", view=undecided, frame=FRAME)
    chosen = settle(
        page,
        mine
        | {"keep-reassess": ["mine"], f"keep-steps-{item}": ["theirs"], "action": ["continue"]},
        theirs,
        theirs_by="Dr Helena Marsden",
    )
    assert isinstance(chosen, dict)
    body = read_page(page, chosen, theirs, new_ids(), today=TODAY).body
    assert body["plain"]["reassess"] == "every 15 minutes"
    assert body["plain"]["steps"] == theirs["plain"]["steps"]
    chosen = settle(
        page,
        mine
        | {"keep-reassess": ["theirs"], f"keep-steps-{item}": ["mine"], "action": ["continue"]},
        theirs,
        theirs_by="Dr Helena Marsden",
    )
    assert isinstance(chosen, dict)
    body = read_page(page, chosen, theirs, new_ids(), today=TODAY).body
    assert body["plain"]["reassess"] == theirs["plain"]["reassess"]
    assert body["plain"]["steps"][3]["dose"]["amount"] == "11"


def test_another_order_of_routes_is_another_text():
    page = page_asking("pain_plan.adjuncts")
    theirs = body_of("pain_plan", ada())
    item = theirs["plain"]["adjuncts"][0]["id"]
    mine = raw_of(page, theirs) | {f"adjuncts-{item}-routes": ["oral", "IV"]}
    view = conflict_of(page, mine, theirs, theirs_by="Dr Helena Marsden")
    assert view is not None
    (one,) = view.differences
    assert "oral or IV" in one.mine
    assert "IV or oral" in one.theirs


@pytest.mark.parametrize("page", ALL)
def test_the_same_text_twice_is_no_conflict(page):
    body = body_of(page.section, ada())
    assert conflict_of(page, raw_of(page, body), body, theirs_by="somebody") is None


# The body to touch


def test_the_body_map_and_the_check_boxes_name_the_same_places():
    page = section_pages("usual_pain").pages[0]
    _text, tree = shown(page, empty_body())
    places = {node.get("data-site") for node in tree.iter() if node.get("data-site")}
    boxes = {node.get("value") for node in tree.iter("input") if node.get("name") == "sites"}
    whole = {"back", "chest", "left-leg", "right-leg"}  # each is several drawn places
    assert places == boxes - {"", "unsure"} - whole
    (body_map,) = [node for node in tree.iter("div") if node.get("data-body-map")]
    assert body_map.get("aria-hidden") == "true"
    assert "hidden" in body_map.attrib


def _href(section: str, page: str) -> str:
    return f"/{section}/{page}"


def _first_item(page, body) -> str | None:
    lists = (value for value in body["plain"].values() if isinstance(value, list) and value)
    return next((value[0]["id"] for value in lists if isinstance(value[0], dict)), None)


def _sent(tree: Element) -> dict[Any, list[Any]]:
    """What a browser would send of this page."""
    found: dict[Any, list[Any]] = {}
    for node in tree.iter("input"):
        ticked = node.get("type") not in ("radio", "checkbox") or "checked" in node.attrib
        if node.get("name") and ticked:
            found.setdefault(node.get("name"), []).append(node.get("value") or "")
    for node in tree.iter("textarea"):
        found.setdefault(node.get("name"), []).append(node.text or "")
    for node in tree.iter("select"):
        chosen = [option for option in node.iter("option") if "selected" in option.attrib]
        found.setdefault(node.get("name"), []).append(chosen[0].get("value") if chosen else "")
    return found


def test_a_slip_in_a_template_of_ours_would_be_found():
    made, complaints = engine()
    view = view_of(page_asking("about_me.known_as"), empty_body(), new_id=new_ids())
    made.get_template("forms/page.html").render(view=view)
    assert any("frame" in one for one in complaints.found)
