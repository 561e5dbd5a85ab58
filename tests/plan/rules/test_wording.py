"""R34: the words of the list, whole, in staff text only; and the ordinary words beside them."""

from __future__ import annotations

import pytest

from careplan.plan.pain import DidNotWork
from careplan.plan.rules.wording import flags, stigma_terms
from careplan.plan.safety import Severity
from careplan.plan.voice import MySickle
from tests.make import ada, an_id
from tests.plan.rules.kit import found, having, with_pain

TERMS = stigma_terms()


@pytest.mark.parametrize(
    "text",
    [
        "Known sickler, 28",
        "Appears drug-seeking",
        "drug seeking behaviour",
        "was addicted to morphine",
        "frequent flyer",
        "She is a regular at this department",
        "Well known to us",
        "claims 10/10 pain",
        "insists on diamorphine",
        "states pain “still a 10”",
        "non-compliant with hydroxycarbamide",
        "noncompliant",
        "refuses cannula",
        "Uncooperative",
        "difficult patient",
        "manipulative and demanding",
        "aggressive when in pain",
        "failed treatment with tramadol",
        "suffers from sickle cell",
        "doesn’t look in pain",
        "does not look in pain",
    ],
)
def test_words_that_harm(text):
    assert list(flags(text, TERMS))


@pytest.mark.parametrize(
    "text",
    [
        "Regular medicines",
        "regular paracetamol, a regular dose",
        "Declines blood; advance decision to refuse treatment",
        "refusal of red cells",
        "difficult veins",
        "difficult intravenous access",
        "he is difficult to cannulate",
        "aggressive hydration",
        "if agitated check oxygen first",
        "pain that failed to respond to two doses",
        "physically demanding job",
        "benefit claims letter",
        "insist is not in the list",
        "acclaims",
        "failed on the third try",
        "addiction service, Dr Hope",
        "The dose was refused by the pump",
        "Has pain 10 out of 10",
    ],
)
def test_ordinary_words(text):
    assert list(flags(text, TERMS)) == []


def test_r34_says_the_word_where_and_what_is_offered():
    (one,) = found(with_pain(monitoring="Known sickler. Naloxone at the bedside."), "R34")
    assert one.severity is Severity.WARN
    assert one.text.startswith("“sickler” is written in pain plan. Other words for it: person with")
    assert one.paths == ("pain_plan.monitoring",)


def test_r34_reads_what_staff_wrote_of_the_past_too():
    told = (DidNotWork(an_id("no"), "tramadol", "claims it does nothing"),)
    assert len(found(with_pain(did_not_work=told), "R34")) == 1


def test_r34_never_reads_own_words_or_names():
    mine = having(what_matters={"what_matters": "They called me a frequent flyer and a sickler"})
    mine = mine.with_section("my_sickle", MySickle(early_signs="I suffer from fatigue, a sickler"))
    assert found(mine, "R34") == []
    team = ada().care_team
    assert team.consultant is not None
    assert found(having(care_team={"hospital_name": "Frequent Flyer House"}), "R34") == []


def test_every_term_offers_other_words_and_says_why():
    for term in TERMS:
        assert term.words
        assert term.offer
        assert term.source
        assert not list(flags(term.offer, TERMS))
