"""Names of medicines as people write them, and what is refused in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.plan.drugs import drugs, fold

DRUGS = drugs()


@given(st.sampled_from(sorted(DRUGS.names)), st.sampled_from(["{}", "{} 10 mg", "({})", "{}/x"]))
def test_a_known_name_is_found_however_it_is_written(name, around):
    expected = DRUGS.names[name]
    assert DRUGS.ingredients(around.format(name)) == expected
    assert DRUGS.ingredients(around.format(name.upper())) == expected
    assert DRUGS.ingredients(around.format(name.replace("-", "‑"))) == expected
    assert DRUGS.ingredients(around.format(name.replace("-", " "))) == expected


@pytest.mark.parametrize(
    ("written", "ingredients"),
    [
        ("Penicillin V 250 mg", {"phenoxymethylpenicillin"}),
        ("PHENOXYMETHYLPENICILLIN", {"phenoxymethylpenicillin"}),
        ("Pen-V", {"phenoxymethylpenicillin"}),
        ("Co-Amoxiclav", {"amoxicillin", "clavulanic-acid"}),
        ("coamoxiclav", {"amoxicillin", "clavulanic-acid"}),
        ("amoxicillin/clavulanic acid", {"amoxicillin", "clavulanic-acid"}),
        ("Augmentin-Duo", {"amoxicillin", "clavulanic-acid"}),
        ("co-codamol 30/500", {"codeine", "paracetamol"}),
        ("Nurofen Plus", {"ibuprofen", "codeine"}),
        ("dihydrocodeine", {"dihydrocodeine"}),
        ("diamorphine", {"diamorphine"}),
        ("hydromorphone", {"hydromorphone"}),
        ("apomorphine", {"apomorphine"}),
        ("Zomorph (morphine sulfate)", {"morphine"}),
        ("non-penicillin antibiotic", {"non-penicillin antibiotic"}),
        ("Erythromycin", {"erythromycin"}),
    ],
)
def test_names_as_a_pharmacist_reads_them(written, ingredients):
    assert DRUGS.ingredients(written) == ingredients


@given(st.text(max_size=40))
def test_whatever_is_typed_means_some_medicine(text):
    assert DRUGS.ingredients(text)
    assert DRUGS.planned(text)
    assert "  " not in fold(text)


@pytest.mark.parametrize(
    ("sentence", "planned"),
    [
        ("morphine PCA", ("morphine",)),
        ("no morphine", ()),
        ("penicillin allergic: meropenem", ("meropenem",)),
        ("penicillin must not be given; use teicoplanin", ("teicoplanin",)),
        ("ketamine only by anaesthetics", ("ketamine",)),
        ("morphine is not to be given", ()),
    ],
)
def test_what_a_sentence_says_to_give(sentence, planned):
    assert DRUGS.treatments(sentence) == planned


@pytest.mark.parametrize(
    ("written", "form", "is_one"),
    [
        ("Butec 10", "transdermal", True),
        ("fentanyl patches", "transdermal", True),
        ("dispatched", "transdermal", False),
        ("morphine MR", "modified_release", True),
        ("MST Continus", "modified_release", True),
        ("mrs", "modified_release", False),
    ],
)
def test_a_form_told_by_the_name(written, form, is_one):
    assert DRUGS.has_form(written, form) is is_one


def test_every_group_has_members_of_known_families():
    for group in DRUGS.groups:
        assert DRUGS.members(group) <= set(DRUGS.families)
    assert DRUGS.members("morphine") == {"morphine"}
    assert DRUGS.members("nobody") == frozenset()
