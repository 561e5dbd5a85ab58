"""What measures, splits and values are called, in plain words that can be translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from careplan.measures.holding_back import Group
from careplan.measures.measures import Measure
from careplan.measures.splits import AGES, ELSEWHERE, MISSING, Split

MEASURES: Mapping[Measure, str] = MappingProxyType(
    {
        Measure.WITHIN_15: "Pain relief within 15 minutes",
        Measure.WITHIN_30: "Pain relief within 30 minutes",
        Measure.WITHIN_60: "Pain relief within 60 minutes",
        Measure.MEDIAN: "Minutes to pain relief",
        Measure.OPENED: "The plan was shown or opened",
        Measure.FOLLOWED_FULLY: "The plan was followed fully",
        Measure.FOLLOWED: "The plan was followed, fully or partly",
        Measure.BELIEVED: "The person was believed",
        Measure.CHECKED: "Checked again within 30 minutes",
        Measure.SIGNED: "Has a signed plan",
        Measure.DAYS_TO_SIGN: "Days to the first signature",
        Measure.NEVER_REACHED: "Never reached",
    }
)
# "of 100" is said of every figure, so that a share is heard as people and not as a sum.
SENTENCES: Mapping[Measure, str] = MappingProxyType(
    {
        Measure.WITHIN_15: "Of 100 visits, pain relief came within 15 minutes in %(value)s.",
        Measure.WITHIN_30: "Of 100 visits, pain relief came within 30 minutes in %(value)s.",
        Measure.WITHIN_60: "Of 100 visits, pain relief came within 60 minutes in %(value)s.",
        Measure.MEDIAN: "In half of the visits, pain relief took %(value)s minutes or longer.",
        Measure.OPENED: "Of 100 visits, staff were shown or opened the plan in %(value)s.",
        Measure.FOLLOWED_FULLY: "Of 100 visits, staff followed the whole plan in %(value)s.",
        Measure.FOLLOWED: "Of 100 visits, staff followed the plan, or part of it, in %(value)s.",
        Measure.BELIEVED: "Of 100 visits, people felt believed about their pain in %(value)s.",
        Measure.CHECKED: "Of 100 visits, staff checked again within 30 minutes in %(value)s.",
        Measure.SIGNED: "Of 100 people, %(value)s have a plan that a clinician has signed.",
        Measure.DAYS_TO_SIGN: "For half of the people, the first signature took %(value)s days or "
        "longer.",
        Measure.NEVER_REACHED: "Of 100 people, %(value)s were never reached.",
    }
)
NEVER: Mapping[Measure, str] = MappingProxyType(
    {
        Measure.MEDIAN: "In at least half of the visits, no pain relief was given.",
        Measure.DAYS_TO_SIGN: "At least half of the people have no signature yet.",
    }
)
"""Said of a median in place of its sentence, when the middle one never came."""
MEANS: Mapping[Measure, str] = MappingProxyType(
    {
        Measure.WITHIN_15: "From arriving to the first pain relief. 15 minutes is the aim of the "
        "Royal College of Emergency Medicine. No relief at all counts as not within.",
        Measure.WITHIN_30: "From arriving to the first pain relief. 30 minutes is the longest that "
        "NICE allows. No relief at all counts as not within.",
        Measure.WITHIN_60: "From arriving to the first pain relief. No relief at all counts as not "
        "within.",
        Measure.MEDIAN: "The middle visit: half were quicker, half were slower. Rounded to 5 "
        "minutes. No relief at all counts as slower than any.",
        Measure.OPENED: "Yes to “Did staff see or open your plan?”",
        Measure.FOLLOWED_FULLY: "“Fully” to “Did staff follow your plan?” “Would not look” counts "
        "as no.",
        Measure.FOLLOWED: "“Fully” or “partly” to “Did staff follow your plan?”",
        Measure.BELIEVED: "4 or 5 out of 5 to “How much did staff believe you about your pain?”",
        Measure.CHECKED: "Yes to “Did staff check your pain again within 30 minutes?”",
        Measure.SIGNED: "People whose plan was begun at least 90 days before the last day, and how "
        "many have a signature by then.",
        Measure.DAYS_TO_SIGN: "From the day the plan was begun. The middle person, rounded to 7 "
        "days. Nobody has signed counts as longer than any.",
        Measure.NEVER_REACHED: "No signed plan, no link or card made, and nobody looked at a plan.",
    }
)
SPLITS: Mapping[Split, str] = MappingProxyType(
    {
        Split.ETHNIC_GROUP: "Ethnic group",
        Split.ETHNIC_CATEGORY: "Ethnic group in detail",
        Split.SEX: "Sex",
        Split.AGE: "Age",
        Split.LANGUAGE: "Language",
        Split.INTERPRETER: "Needs an interpreter",
        Split.DEPRIVATION: "How deprived the area is",
        Split.HOSPITAL: "Hospital",
        Split.TIME_OF_DAY: "Day or night",
        Split.SURENESS: "How sure the times are",
        Split.SMARTPHONE: "Has a smartphone",
    }
)
_NOT_SAID = "Not said or not known"
_VALUES: Mapping[Split, Mapping[str, str]] = MappingProxyType(
    {
        Split.ETHNIC_GROUP: {
            "black": "Black or Black British",
            "mixed": "Mixed",
            "asian": "Asian or Asian British",
            "white": "White",
            "other": "Chinese or any other",
            "not_stated": "Prefers not to say",
        },
        Split.ETHNIC_CATEGORY: {
            "A": "White British",
            "B": "White Irish",
            "C": "Any other White",
            "D": "White and Black Caribbean",
            "E": "White and Black African",
            "F": "White and Asian",
            "G": "Any other mixed",
            "H": "Indian",
            "J": "Pakistani",
            "K": "Bangladeshi",
            "L": "Any other Asian",
            "M": "Black Caribbean",
            "N": "Black African",
            "P": "Any other Black",
            "R": "Chinese",
            "S": "Any other",
            "Z": "Prefers not to say",
        },
        Split.SEX: {
            "female": "Female",
            "male": "Male",
            "indeterminate": "Indeterminate",
            "not known": "Recorded as not known",
        },
        Split.AGE: {f"{low}-{high}": f"{low} to {high}" for low, high in AGES[:-1]}
        | {"60-120": "60 and over"},
        Split.LANGUAGE: {"english": "English", "other": "Another language"},
        Split.INTERPRETER: {"yes": "Needs an interpreter", "no": "Needs no interpreter"},
        Split.DEPRIVATION: {
            "1": "Most deprived fifth",
            "2": "Second fifth",
            "3": "Middle fifth",
            "4": "Fourth fifth",
            "5": "Least deprived fifth",
        },
        Split.HOSPITAL: {ELSEWHERE: "Other hospitals"},
        Split.TIME_OF_DAY: {"day": "Day, 8am to 8pm", "night": "Night, 8pm to 8am"},
        Split.SURENESS: {"exact": "Exact times", "estimate": "Estimated times"},
        Split.SMARTPHONE: {"yes": "Has a smartphone", "no": "Has no smartphone"},
    }
)


def value_words(split: Split, value: str, names: Mapping[str, str]) -> str:
    if value == MISSING:
        return _NOT_SAID
    found = _VALUES[split].get(value)
    return found if found is not None else names.get(value, value)


def group_words(split: Split, group: Group, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value_words(split, value, names) for value in group)


def every_text() -> Iterator[str]:
    """Every text that can be asked to be translated."""
    for texts in (MEASURES, SENTENCES, NEVER, MEANS, SPLITS):
        yield from texts.values()
    yield _NOT_SAID
    for values in _VALUES.values():
        yield from values.values()
