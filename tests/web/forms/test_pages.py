"""The content: every field has its page, the first answers come first, and the words are plain."""

from __future__ import annotations

import tomllib

import pytest

from careplan.plan.dictionary import CONDITIONS, dictionary
from careplan.web.forms.pages import (
    first_five,
    next_of_first_five,
    next_page,
    page_before,
    patient_pages,
    section_pages,
    team_pages,
)
from careplan.web.forms.questions import questions
from careplan.web.forms.tasks import task_list
from tests.web.forms.kit import pages
from tests.web.forms.reading_age import grade

TYPED_BY_NOBODY = {"identity.checked_on", "identity.checked_by"}
"""Set when the team checks who somebody is."""


def asked(sections) -> list[str]:
    return [path for section in sections for page in section.pages for path in page.fields]


@pytest.mark.parametrize(("author", "sections"), [("patient", patient_pages), ("team", team_pages)])
def test_every_field_has_exactly_one_page(author, sections):
    known = dictionary()
    owed = {
        path
        for section in known.sections.values()
        if section.by == author
        for path in section.fields
        if known.field(path).shown != "status"
    }
    found = asked(sections())
    assert len(found) == len(set(found))
    assert set(found) == owed - TYPED_BY_NOBODY


def test_every_page_can_be_asked():
    for page in pages():
        assert questions(page)
        assert page.heading


def test_the_first_five_are_what_an_emergency_department_needs():
    found = first_five()
    assert {page.first_five for page in found} == {1, 2, 3, 4, 5}
    assert {path for page in found for path in page.fields} == {
        "my_allergies.state",
        "my_allergies.entries",
        "about_me.when_in_severe_pain",
        "different_pain.not_my_usual_pain",
        "usual_pain.sites",
        "usual_pain.sites_other",
        "my_people.contacts",
    }


def test_a_page_that_does_not_apply_is_passed_over():
    section = section_pages("my_allergies")
    any_page, list_page, side_effects = section.pages
    none = {"plain": {"state": "none that I know of"}}
    some = {"plain": {"state": "list"}}
    assert next_page(any_page, none) is side_effects
    assert next_page(any_page, some) is list_page
    assert page_before(side_effects, none) is any_page
    assert next_page(side_effects, some) is None
    after = next_of_first_five(any_page, {"my_allergies": none})
    assert after is section_pages("about_me").page("severe-pain")


def test_ethnicity_says_why_and_may_be_skipped():
    (page,) = section_pages("background").pages
    assert page.optional
    assert "why" not in page.hint
    assert "never on your emergency page" in page.why
    assert "skip" in page.hint
    assert "change" in page.hint


EXCEPTIONS = {
    "gp": "the name of a thing that has no easier name",
}


def own_texts():
    for section in patient_pages():
        for page in section.pages:
            words = " ".join(filter(None, (page.heading, page.hint, page.why)))
            yield page, words


@pytest.mark.parametrize(
    ("page", "words"), [(p, w) for p, w in own_texts()], ids=lambda v: getattr(v, "id", "")
)
def test_the_patient_pages_read_easily(page, words):
    if page.id not in EXCEPTIONS:
        assert grade(words) <= 6, words


def test_the_grade_knows_hard_from_easy():
    assert grade("It hurts. Tell us where.") < 2
    assert grade("Contraindicated pharmacological interventions necessitate evaluation.") > 12


@pytest.mark.parametrize("file", ["patient_pages.toml", "team_pages.toml"])
def test_content_says_where_it_comes_from_and_uses_real_apostrophes(file):
    content = tomllib.loads((CONDITIONS / "sickle_cell" / file).read_text())
    assert content["source"]
    assert content["clinical_sign_off"]
    for page in (page for section in content["section"] for page in section["page"]):
        words = [
            page["heading"],
            page.get("hint", ""),
            page.get("why", ""),
            *page.get("labels", {}).values(),
            *page.get("hints", {}).values(),
        ]
        assert not [text for text in words if "'" in text or '"' in text]


def test_one_kind_of_apostrophe_in_everything_people_choose_from():
    known = dictionary()
    words = [said for codes in known.options.values() for said in codes.values()]
    words += [field.label for field in known.fields.values()]
    assert not [text for text in words if "'" in text or '"' in text]


def test_no_page_uses_words_that_blame():
    words = " ".join(
        (CONDITIONS / "sickle_cell" / file).read_text().casefold()
        for file in ("patient_pages.toml", "team_pages.toml")
    )
    for word in (
        "sickler",
        "drug-seeking",
        "addict",
        "refuses",
        "claims",
        "suffer",
        "frequent flyer",
    ):
        assert word not in words


def test_a_section_for_another_age_is_listed_only_where_something_is_written():
    def listed(age, drafts):
        groups = task_list(drafts, href=lambda *_page: "/", age=age)
        return {task.section for group in groups for task in group.tasks}

    assert "child_words" in listed(9, {})
    assert "child_words" in listed(None, {})
    assert "child_words" not in listed(40, {})
    assert "child_words" in listed(40, {"child_words": {"plain": {"words": "My dinosaur"}}})


def test_the_list_says_how_far_a_young_person_is():
    ticked = {"growing_up": {"plain": {"ready": ["names-type", "rings-team"]}, "done": ["ready"]}}
    groups = task_list(ticked, href=lambda *_page: "/", age=17)
    (task,) = [one for group in groups for one in group.tasks if one.section == "growing_up"]
    assert task.hint == "2 of 10 done"
