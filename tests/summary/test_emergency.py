"""Which facts stand where on the emergency summary, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from careplan.plan import medicines as meds
from careplan.plan import pain, sickle
from careplan.plan.care_plan import AnswerKind, PatientAnswer
from careplan.plan.dictionary import dictionary
from careplan.plan.values import Answer3, Interval, IntervalKind
from careplan.summary.emergency import summarise
from careplan.summary.narrative import narrative
from careplan.summary.plain import plain_text
from tests import make
from tests.summary import others

WORDS = dictionary()


def text_of(version, block):
    found = summarise(version, WORDS).block(block)
    return (
        "\n".join(filter(None, [found.heading, *(f.text for f in found.facts)])) if found else None
    )


def with_plan(**sections):
    plan = make.ada()
    for name, section in sections.items():
        plan = plan.with_section(name, section)
    return make.a_version(plan)


def with_pain(**changes):
    return with_plan(pain_plan=replace(make.ada_pain_plan(), **changes))


def test_it_works():
    summary = summarise(make.a_version(), WORDS)
    assert [block.id for block in summary.blocks] == [
        "who", "genotype", "allergies", "first", "second", "flags", "signed", "phone24",
        "next", "before", "different", "normal", "blood", "history", "veins", "helps",
        "medicines", "foot",
    ]  # fmt: skip


def test_items_stand_in_the_order_of_the_page():
    for version in (make.a_version(), make.an_unsigned_version(), others.mama_version()):
        items = [block.item for block in summarise(version, WORDS).blocks]
        assert items == sorted(items)
        assert set(range(2, 9)) <= set(items)


def test_the_narrative_keeps_the_order():
    text = plain_text(narrative(make.a_version(), WORDS))
    marks = [
        "Check name and date of birth", "MEDICAL EMERGENCY", "Adaeze Grace", "HbSS", "ALLERGIES",
        "FIRST DOSE", "SECOND CHOICE", "No stop flags", "Signed", "020 7946 0100", "Check again",
        "codeine", "NOT my usual pain", "82 g/L", "Antibodies", "Acute chest syndrome: 1 time",
        "Believe me", "hydroxycarbamide", "St Anselm's Hospital, hospital number", "ACT NOW",
    ]  # fmt: skip
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_the_first_dose_is_as_typed():
    assert text_of(make.a_version(), "first") == (
        "FIRST DOSE\nmorphine 10 mg subcutaneous\n"
        "Repeat after 30 minutes, at most 3 doses. "
        "Ceiling: 30 mg in first 2 hours, then senior review."
    )


def test_the_second_choice_says_how_it_stands_to_the_first():
    assert text_of(make.a_version(), "second") == (
        "SECOND CHOICE\n"
        "INSTEAD of the first dose when no injection possible or not given within 15 minutes\n"
        "morphine immediate release 20 mg oral\n"
        "Repeat after 60 minutes, at most 2 doses. Ceiling: 40 mg then senior review. "
        "Counts towards the most doses: yes."
    )


def test_a_single_dose_is_not_repeated():
    assert "Single dose, do not repeat, at most 1 dose." in text_of(others.kofi_version(), "first")


def test_two_doses_together_are_said_to_be_together():
    second = text_of(others.kofi_version(), "second")
    assert (
        "TOGETHER WITH the first dose; INSTEAD of it when nasal diamorphine is not stocked"
        in second
    )


def test_after_so_many_minutes():
    step = replace(
        make.ada_pain_plan().steps[4],
        relation=pain.Relation.AFTER,
        relation_minutes=20,
        counts_towards_max=None,
    )
    second = text_of(with_pain(steps=(make.ada_pain_plan().steps[3], step)), "second")
    assert "20 minutes AFTER the first dose" in second
    assert "Counts towards the most doses: not written." in second


def test_nothing_missing_is_made_up():
    bare = pain.Step(make.an_id("bare"), pain.Stage.FIRST_DOSE, "morphine")
    assert text_of(with_pain(steps=(bare,)), "first") == (
        "FIRST DOSE\nmorphine dose not written route not written\nRepeat not written."
    )
    assert "No first dose is written in this plan." in text_of(with_pain(steps=()), "first")


def test_every_hour_reads_as_one_hour():
    step = replace(make.ada_pain_plan().steps[3], repeat=make.hours(1))
    assert "Repeat after 1 hour" in text_of(with_pain(steps=(step,)), "first")


def test_set_times_are_as_typed():
    step = replace(
        make.ada_pain_plan().steps[3], repeat=Interval(IntervalKind.SET_TIMES, times="at 8 and 20")
    )
    assert "at 8 and 20, at most 3 doses" in text_of(with_pain(steps=(step,)), "first")


# --- allergies ----------------------------------------------------------------------------------


def an_entry(what, **more):
    return meds.ReportedAllergy(make.an_id(what), what, reported_on=date(2026, 8, 30), **more)


def reported(*entries):
    return meds.MyAllergies(meds.ReportedState.LIST, entries)


def test_an_allergy_both_sides_know_is_shown_once():
    assert text_of(make.a_version(), "allergies").count("co-amoxiclav") == 1


def test_what_only_the_person_says_about_it_is_kept():
    mine = reported(an_entry("Co-Amoxiclav", reaction="I stopped breathing"))
    text = text_of(with_plan(my_allergies=mine), "allergies")
    assert "widespread rash and lip swelling (severe) (patient says: I stopped breathing)" in text


def test_what_the_person_reports_stands_below_the_checked_list():
    mine = reported(an_entry("plasters", reaction="red skin", severity=meds.Severity.MILD))
    text = text_of(with_plan(my_allergies=mine), "allergies")
    assert text.endswith(
        "Reported by patient, 30 August 2026, not yet checked:\nplasters: red skin (mild)"
    )


def test_a_report_replaces_none_confirmed():
    none = meds.Allergies(meds.AllergyState.NONE_CONFIRMED, date(2026, 10, 6))
    text = text_of(with_plan(allergies=none, my_allergies=reported(an_entry("latex"))), "allergies")
    assert text == "ALLERGIES\nReported by patient, 30 August 2026, not yet checked:\nlatex"


def test_none_confirmed_says_when():
    none = meds.Allergies(meds.AllergyState.NONE_CONFIRMED, date(2026, 10, 6))
    version = with_plan(
        allergies=none, my_allergies=meds.MyAllergies(meds.ReportedState.NONE_KNOWN)
    )
    assert text_of(version, "allergies") == "NO KNOWN ALLERGIES\nConfirmed 6 October 2026."
    assert 'class="allergies none"' in narrative(version, WORDS)


def test_not_asked_is_never_read_as_none():
    version = with_plan(allergies=meds.Allergies(), my_allergies=meds.MyAllergies())
    assert text_of(version, "allergies") == "ALLERGIES NOT ASKED\nAsk before giving anything."
    assert 'class="allergies notasked"' in narrative(version, WORDS)


def test_not_asked_keeps_what_the_person_reports():
    text = text_of(make.an_unsigned_version(), "allergies")
    assert text.startswith(
        "ALLERGIES NOT ASKED\nAsk before giving anything.\nReported by patient, 30 August 2026"
    )
    assert "co-amoxiclav" in text


def test_an_empty_list_is_not_none():
    version = with_plan(
        allergies=meds.Allergies(meds.AllergyState.LIST), my_allergies=meds.MyAllergies()
    )
    assert "Ask before giving anything." in text_of(version, "allergies")


def test_a_person_who_is_not_sure_is_heard():
    version = with_plan(my_allergies=meds.MyAllergies(meds.ReportedState.NOT_SURE))
    assert "The patient is not sure" in text_of(version, "allergies")


# --- stop flags ---------------------------------------------------------------------------------


def test_every_stop_flag():
    text = text_of(make.a_version(others.delroy()), "flags")
    assert "before ANY transfusion that is not life-saving. Hyperhaemolysis: last May 2017" in text
    assert (
        "Declines all blood products. Accepts: erythropoietin; intravenous iron; cell salvage only "
        "after haematology advice. Advance decision on blood: signed original in wallet" in text
    )
    assert (
        "Over-sedation with an opioid in the past: last February 2022, morphine, naloxone given"
        in text
    )
    assert "Do NOT give NSAID: kidney disease" in text
    assert "refuse" not in text.casefold()


def test_no_flags_implies_nothing():
    assert text_of(make.a_version(), "flags") == "No stop flags recorded."


def test_what_must_not_be_given_stays_without_a_signature():
    version = replace(make.a_version(others.delroy()), signature=None, answer=None)
    assert "Do NOT give NSAID: kidney disease" in text_of(version, "flags")


def test_a_complication_not_had_is_no_flag():
    event = replace(make.an_event(sickle.Complication.OPIOID_OVERSEDATION, Answer3.NO))
    version = with_plan(complications=sickle.Complications((event,)))
    assert text_of(version, "flags") == "No stop flags recorded."
    assert "Not had: " in narrative(version, WORDS) or "Not had:</b>" in narrative(version, WORDS)


# --- signatures, answers, states ----------------------------------------------------------------


def test_who_signed_until_when_and_who_agreed():
    text = text_of(make.a_version(), "signed")
    assert text.startswith(
        "Signed\n8 September 2026 by Dr Helena Marsden, Consultant haematologist, "
        "St Anselm's Hospital. Valid to, and review due, 8 September 2027.\n"
        "Agreed by the patient 10 September 2026.\nIs this real?"
    )


def test_a_review_before_the_end_is_said_apart():
    version = with_plan(review=replace(make.ada().review, review_due=date(2027, 3, 1)))
    assert "Valid to 8 September 2027. Review due 1 March 2027." in text_of(version, "signed")


def test_not_yet_seen():
    assert "Not yet seen by the patient." in text_of(make.a_version(answer=None), "signed")


def test_disagreement_is_one_neutral_line_in_the_persons_words():
    text = text_of(others.mama_version(), "signed")
    assert (
        "Discussed 3 May 2026 and does not agree: “I want my card to say Mrs, not my first name”"
        in text
    )
    assert "Interpreter: Yorùbá interpreter." in text


def test_agree_except():
    answer = PatientAnswer(
        AnswerKind.AGREE_EXCEPT, datetime(2026, 9, 10, tzinfo=UTC), "the oral dose"
    )
    text = text_of(make.a_version(answer=answer), "signed")
    assert "The patient agreed 10 September 2026, except: “the oral dose”" in text


def test_a_day_is_the_day_it_was_in_london():
    late = make.a_signature(make.ada(), signed_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert "1 July 2026 by Dr Helena" in text_of(make.a_version(signature=late), "signed")


def test_an_unsigned_plan_says_so_and_who_wrote_it():
    text = text_of(make.an_unsigned_version(), "unsigned")
    assert "No signed pain plan yet. Written by the person; identity not checked." in text
    assert "15 minutes" in text
    assert "30 at most" in text


def test_an_unsigned_plan_of_a_checked_person():
    version = replace(make.a_version(), signature=None, answer=None)
    text = text_of(version, "unsigned")
    assert "identity checked by their team" in text
    assert "Marsden" not in text


def test_a_stopped_dose_says_whom_to_ring():
    text = text_of(others.a_stopped_version(), "stopped")
    assert "Do not use the dose on earlier copies: ring 020 7946 0100" in text
    assert "Stopped 20 November 2026 by Dr Helena Marsden" in text
    assert "Its dose has been stopped since." in text_of(others.a_stopped_version(), "signed")


def test_both_sides_are_said_in_one_word():
    assert "Usual pain: lower back, both thighs, left shoulder" in plain_text(
        narrative(make.a_version(), WORDS)
    )


def test_no_age_and_no_today():
    text = plain_text(narrative(make.a_version(), WORDS))
    assert "years old" not in text
    assert "today" not in text.casefold()


def test_readings_stand_under_their_dates():
    text = text_of(make.a_version(), "normal")
    assert text.startswith("My normal when well\n8 September 2026\nHaemoglobin 82 g/L\n")
    assert "Creatinine 54 micromol/L" in text


def test_unknown_is_not_no():
    events = (make.an_event(sickle.Complication.SEPSIS, Answer3.UNKNOWN),)
    text = plain_text(narrative(with_plan(complications=sickle.Complications(events)), WORDS))
    assert "Not known: Sepsis or serious infection" in text
    assert "Not had" not in text


def test_an_interpreter_that_is_needed_is_said_before_the_stop_flags():
    me = replace(
        make.a_version().plan.about_me,
        interpreter=True,
        spoken_language="yo",
        family_must_not_interpret=True,
    )
    version = make.a_version()
    summary = summarise(replace(version, plan=version.plan.with_section("about_me", me)), WORDS)
    blocks = {block.id: block for block in summary.blocks}
    said = blocks["interpreter"].facts[0]
    assert said.label == "Interpreter needed"
    assert said.text == "yes · Language I speak: Yorùbá · Family must not interpret: yes"
    assert list(blocks).index("interpreter") < list(blocks).index("flags")
    assert not {path for fact in blocks["helps"].facts for path in fact.paths} & set(said.paths)


def test_nobody_who_needs_no_interpreter_is_given_a_line_about_one():
    assert "interpreter" not in [block.id for block in summarise(make.a_version(), WORDS).blocks]
