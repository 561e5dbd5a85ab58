"""What Ada types on her phone and Dr Marsden at the desk, page by page, under the words they read.

The facts are those of `tests.make.ada()`; a journey compares the two once everything is typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tests.journeys.visitor import Answer

EMAIL = "ada@example.org"
PASSWORD = "four quiet herons walking"
BORN = date(1997, 3, 14)
CHECKED = date(2026, 9, 8)

ACCOUNT: Mapping[str, Answer] = {
    "Your full name": "Adaeze Grace Okonkwo-Bright",
    "Your date of birth": BORN,
    "Your NHS number, if you like": "999 011 0212",
    "Your e-mail address": EMAIL,
    "Make a password": PASSWORD,
}

Typed = str | Sequence[str] | Mapping[str, Answer] | Sequence[Mapping[str, Answer]]
"""One answer to the heading's own question; or answers by their labels; or a list's items."""


FIRST_FIVE: Mapping[str, Typed] = {
    "Are you allergic to anything?": "Yes",
    "What are you allergic to?": [
        {
            "What is it?": "co-amoxiclav",
            "What happened to you?": "widespread rash and lip swelling",
            "How bad was it?": "Severe: I needed help fast",
        }
    ],
    "What are you like when the pain is very bad?": (
        "I go quiet and shut my eyes. I am not asleep and I am not calm. "
        "Ask me to squeeze your hand."
    ),
    "What pain would make you say: this is not my usual pain?": (
        "Pain in my chest, or a headache that is new. I do not get those in a normal crisis."
    ),
    "Where does it hurt in a usual crisis?": {
        "Places that hurt": ["lower back", "left thigh", "right thigh", "left shoulder"]
    },
    "Who should staff ring for you?": [
        {
            "Their name": "Chidi Bright",
            "Who are they to you?": "husband",
            "Their phone number": "07700 900143",
            "What may staff tell them?": "everything",
            "Should staff ring this person first?": "Yes",
        }
    ],
}

THE_REST: Mapping[str, Mapping[str, Typed]] = {
    "About me": {
        "What should staff call you?": "Ada",
        "How should staff speak about you?": {"Your pronouns": "she/her"},
        "Which language do you like to speak?": {"Your language": "English"},
        "Do you need an interpreter?": {"Do you need one when you see a doctor?": "No"},
        "How should we give you information?": {},
        "Do you have a faith or belief that staff should know about?": {},
        "What is your phone number?": "07700 900142",
        "Where do you live?": {},
        "Which GP practice do you go to?": {
            "Name of the practice": "Wellfield Surgery",
            "Practice code, if you know it": "Y99001",
        },
    },
    "What helps and what does not": {
        "What helps you in a crisis?": {
            "Thing that helps 1": "Believe me and tell me what you are about to do",
            "Thing that helps 2": "Heat pads straight away",
            "Thing that helps 3": "Let me keep my own warm drink",
        },
        "What should staff please not do?": {
            "Please do not 1": "Talk about me at the end of the bed"
        },
        "What else helps, that is not a medicine?": {
            "What helps": ["heat pads", "warm room", "warm drinks", "music on my headphones"]
        },
        "Is there a medicine that has not worked for you?": [
            {"What was it?": "tramadol", "What happened?": "no relief and I felt sick"}
        ],
    },
    "My sickle cell": {
        "Which type of sickle cell do you have?": "HbSS",
        "What can set off a crisis for you?": {
            "What sets it off": ["cold", "not drinking enough", "period", "stress"]
        },
        "What do you feel first, when a crisis is on its way?": (
            "Deep ache in my thighs and I feel cold even in a warm room."
        ),
        "How many days does a crisis last?": "5",
        "How often did you go to hospital in the last 12 months?": {
            "How many times did you go to A&E?": "3",
            "How many times did you stay the night?": "2",
        },
        "How do you like to score your pain?": "A number from 0 to 10",
        "What do your pain scores mean?": {
            "My score on a usual day": "2",
            "The score I can cope with at home": "5",
        },
        "Do you have pain every day?": {},
    },
    "Medicines I take": {
        "Do you take any medicines?": "Yes",
        "Which medicines do you take?": [
            {
                "Name of the medicine": "hydroxycarbamide",
                "How much do you take?": "1.5 g",
                "How often do you take it?": "every day",
            },
            {
                "Name of the medicine": "folic acid",
                "How much do you take?": "5 mg",
                "How often do you take it?": "every day",
            },
            {
                "Name of the medicine": "erythromycin",
                "How much do you take?": "500 mg",
                "How often do you take it?": "twice a day",
                "Anything else about it": "instead of penicillin",
            },
        ],
    },
    "My veins": {
        "Where is the best place to put a needle in?": "back of left hand",
        "Do staff need a scan to find your veins?": "No",
        "How many times may someone try?": {"How many tries": "2"},
        "Do you have a port, a line or a fistula?": {},
    },
    "What matters to me": {
        "What matters most to you?": (
            "I run a nursery. I want to be back with the children by Monday."
        ),
    },
    "My background": {
        "What is your ethnic group?": {
            "Your ethnic group": "Black or Black British: African",
            "In your own words": "British Nigerian (Igbo)",
        },
    },
}
"""Every other part, by its line in the list of tasks; `{}` is a page she leaves empty."""


@dataclass(frozen=True)
class Written:
    """One section at the desk: its boxes, then the items of its lists by the name of one item."""

    answers: Mapping[str, Answer]
    items: Mapping[str, list[Mapping[str, Answer]]]
    groups: Mapping[str, Mapping[str, Answer]]


def written(
    answers: Mapping[str, Answer] | None = None,
    *,
    items: Mapping[str, list[Mapping[str, Answer]]] | None = None,
    groups: Mapping[str, Mapping[str, Answer]] | None = None,
) -> Written:
    return Written(answers or {}, items or {}, groups or {})


def dose(amount: str, unit: str) -> Mapping[str, str]:
    return {"Amount": amount, "Unit": unit}


def every(number: int, unit: str) -> Mapping[str, str]:
    return {"How often": "every", "Number": str(number), "of": unit}


def measured(value: str) -> Mapping[str, str]:
    return {"Value": value, "Day": "8", "Month": "9", "Year": "2026"}


def happened(what: str, more: Mapping[str, Answer] | None = None) -> Mapping[str, Answer]:
    return {"What": what, "Has it happened": "Yes", **(more or {})}


IDENTITY: Mapping[str, Answer] = {"Sex registered": "female"}

CLINIC: Mapping[str, Written] = {
    "Diagnosis": written(
        {
            "Sickle type": "HbSS (sickle cell anaemia)",
            "Confirmed by": "HPLC",
            "Confirmed on": date(1997, 4, 2),
            "G6PD": "normal",
        }
    ),
    "Pain plan": written(
        {
            "Opioid exposure": "as needed",
            "Exposure last reviewed": CHECKED,
            "Reassessment": "every 30 minutes until comfortable, then at least every 4 hours",
            "Monitoring": (
                "Sedation score, respiratory rate and oxygen saturation every 30 minutes for "
                "2 hours, hourly to 6 hours, then 4-hourly. Naloxone at the bedside."
            ),
            "Escalate when": "still 7 or more after 3 doses",
            "Escalation: action": "morphine PCA and call haematology",
            "Escalation: ring": "020 7946 0101",
            "Oxygen target from, %": "94",
            "Oxygen target to, %": "98",
        },
        items={
            "Step": [
                {
                    "Stage": "home",
                    "Medicine": "paracetamol",
                    "Dose": dose("1", "g"),
                    "Route": "oral",
                    "Earliest repeat": every(6, "hours"),
                    "Maximum doses": "4",
                    "Maximum within": "24 h",
                },
                {
                    "Stage": "home",
                    "Medicine": "ibuprofen",
                    "Dose": dose("400", "mg"),
                    "Route": "oral",
                    "Earliest repeat": every(8, "hours"),
                    "Maximum doses": "3",
                    "Maximum within": "24 h",
                },
                {
                    "Stage": "home",
                    "Medicine": "dihydrocodeine",
                    "Form": "immediate release",
                    "Dose": dose("30", "mg"),
                    "Route": "oral",
                    "Earliest repeat": every(6, "hours"),
                    "Maximum doses": "4",
                    "Maximum within": "24 h",
                },
                {
                    "Stage": "first dose",
                    "Medicine": "morphine",
                    "Dose": dose("10", "mg"),
                    "Route": "subcutaneous",
                    "Earliest repeat": every(30, "minutes"),
                    "Maximum doses": "3",
                    "Ceiling": "30 mg in first 2 hours, then senior review",
                },
                {
                    "Stage": "second choice",
                    "Medicine": "morphine",
                    "Form": "immediate release",
                    "Dose": dose("20", "mg"),
                    "Route": "oral",
                    "Earliest repeat": every(60, "minutes"),
                    "Maximum doses": "2",
                    "Ceiling": "40 mg then senior review",
                    "Relation to the first dose": "instead of the first dose",
                    "When": "no injection possible or not given within 15 minutes",
                    "Counts towards the first dose’s maximum": "Yes",
                },
            ],
            "Adjunct": [
                {
                    "Medicine": "paracetamol",
                    "Give it?": "Give",
                    "Dose": dose("1", "g"),
                    "Route": {"Route": "IV", "or": "oral"},
                    "How often": every(6, "hours"),
                },
                {
                    "Medicine": "ibuprofen",
                    "Give it?": "Give",
                    "Dose": dose("400", "mg"),
                    "Route": "oral",
                    "How often": every(8, "hours"),
                },
                {
                    "Medicine": "cyclizine",
                    "Give it?": "Give",
                    "Dose": dose("50", "mg"),
                    "Route": "oral",
                    "How often": every(8, "hours"),
                    "As needed": "Yes",
                },
                {
                    "Medicine": "chlorphenamine",
                    "Give it?": "Give",
                    "Dose": dose("4", "mg"),
                    "Route": "oral",
                    "How often": every(6, "hours"),
                    "As needed": "Yes",
                },
                {
                    "Medicine": "senna",
                    "Give it?": "Give",
                    "Dose": dose("15", "mg"),
                    "Route": "oral",
                    "How often": {"How often": "at set times", "Set times": "at night"},
                },
            ],
            "Previous response": [
                {
                    "Date": date(2026, 8, 19),
                    "Place": "St Anselm's Hospital",
                    "What was given": "morphine 10 mg subcutaneous x2",
                    "Relief": "9 to 4 in 50 minutes",
                    "Side effects": "mild itch",
                },
                {
                    "Date": date(2026, 2, 3),
                    "Place": "St Anselm's Hospital",
                    "What was given": "morphine 10 mg subcutaneous x3 then PCA",
                    "Relief": "10 to 6 in 90 minutes",
                    "Side effects": "none",
                },
            ],
            "Has not worked": [
                {
                    "What": "codeine",
                    "What happened": "no relief",
                    "How we know": "documented 2019",
                }
            ],
        },
    ),
    "Allergies, checked": written(
        {"Allergy status": "Allergies, listed below"},
        items={
            "Allergy": [
                {
                    "Allergic to": "co-amoxiclav",
                    "Reaction": "widespread rash and lip swelling",
                    "How bad": "severe",
                    "Checked by": "Dr H. Marsden",
                    "Date": date(2014, 6, 11),
                }
            ],
            "Side effect, not an allergy": [
                {
                    "Medicine": "morphine",
                    "Effect": "mild itch",
                    "What to do": "give chlorphenamine, carry on",
                }
            ],
        },
    ),
    "Baselines when well": written(
        {
            "Haemoglobin, g/L": measured("82"),
            "Oxygen saturation on air, %": measured("96"),
            "Reticulocytes, ×10⁹/L": measured("310"),
            "Creatinine, micromol/L": measured("54"),
            "Blood pressure, mmHg": {
                "Systolic": "108",
                "Diastolic": "64",
                "Day": "8",
                "Month": "9",
                "Year": "2026",
            },
            "Weight, kg": measured("61.5"),
        }
    ),
    "Regular medicines, checked": written(
        items={
            "Medicine": [
                {
                    "Medicine": "hydroxycarbamide",
                    "Dose": "1.5 g",
                    "How often": every(1, "days"),
                    "Last full blood count": date(2026, 11, 2),
                },
                {"Medicine": "folic acid", "Dose": "5 mg", "How often": every(1, "days")},
                {
                    "Medicine": "erythromycin",
                    "Dose": "500 mg",
                    "How often": every(12, "hours"),
                    "Reason": "instead of penicillin",
                },
            ]
        },
    ),
    "History and complications": written(
        items={
            "Event": [
                happened(
                    "Acute chest syndrome",
                    {
                        "Last time": {"Month": "12", "Year": "2019"},
                        "How many times": "1",
                        "Most care needed": "HDU",
                        "Exchange transfusion needed": "Yes",
                    },
                ),
                {"What": "Stroke or TIA", "Has it happened": "No"},
                happened("Spleen does not work (hyposplenism)"),
                {"What": "Spleen removed (splenectomy)", "Has it happened": "No"},
                happened(
                    "Gallstones", {"Last time": {"Year": "2016"}, "Detail": "gallbladder removed"}
                ),
                happened(
                    "Intensive care",
                    {
                        "Last time": {"Month": "12", "Year": "2019"},
                        "Detail": "acute chest syndrome",
                    },
                ),
            ]
        }
    ),
    "Transfusion": written(
        {
            "Blood group": "O RhD positive",
            "Antibodies": "No antibodies found",
            "Special requirements": ["Rh and K matched", "HbS negative"],
            "Transfusion programme": "none",
            "Baseline haemoglobin, g/L": "82",
            "Declines blood": "Declines nothing",
        }
    ),
    "Care team and 24-hour number": written(
        {
            "Haematology number, answered day and night": "020 7946 0100",
            "Ask for": "haematology registrar on call",
            "Number tested on": date(2026, 11, 1),
            "Hospital that knows me": "St Anselm's Hospital",
            "Hospital code": "R9X01",
            "Hospital number": "SA448210",
        },
        groups={
            "Consultant": {
                "Name": "Dr Helena Marsden",
                "Role": "Consultant haematologist",
                "Registration": "GMC 7012345",
            },
            "Specialist nurse": {
                "Name": "Bola Akande",
                "Role": "Sickle cell clinical nurse specialist",
                "Registration": "NMC 07A1234E",
                "Phone": "020 7946 0102",
            },
        },
    ),
    "Review": written({"Review due": date(2027, 9, 8)}),
}
"""Every section of the desk, by its line in the list of sections."""

VALID_TO = date(2027, 9, 8)
