"""Writes the demonstration's people from the case builders: `python -m tests.people.demo_files`.

The demonstration signs on a day on which nothing in the plan is still to come, as the rules ask.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from careplan.acts.demo_people import FOLDER, OTHERS, DemoPerson, DemoSigner
from careplan.plan.codec import to_plain
from careplan.plan.people import Review
from tests.people.case import Case
from tests.people.everybody import PEOPLE

ABOUT = (
    "Invented. NHS number from the 999 range, telephone numbers from Ofcom's drama ranges. "
    "Plausible data for a demonstration, never advice."
)
SIGNED = {"mina": date(2026, 11, 9), "mama": date(2026, 11, 5)}
"""Later than in the case file, which signs before its own newest facts."""
OVERDUE = {"mama": date(2026, 11, 20)}
REASON = "Known, weighed up and meant so."


def a_demo_person(case: Case) -> DemoPerson:
    plan = case.plan
    identity = replace(plan.identity, checked_on=None, checked_by=None)
    plan = plan.with_section("identity", identity)
    valid_to, signed = case.valid_to, SIGNED.get(case.key, case.signed_on)
    if case.key in OVERDUE:
        valid_to = OVERDUE[case.key]
        plan = plan.with_section("review", Review(valid_to))
    last, first = case.signer.name.removeprefix("Dr ").split()[-1], case.signer.name.split()[1]
    email = f"{first}.{last}@example.org".lower().replace("â", "a")
    signer = DemoSigner(
        email=email,
        name=case.signer.name,
        role=case.signer.role,
        registration=case.signer.registration,
        team=case.signer.team,
        organisation=case.signer.organisation,
        ods=case.signer.ods,
        phone=case.signer.phone,
    )
    return DemoPerson(
        about=ABOUT,
        email=f"{case.key}@example.org",
        signer=signer,
        signed=signed,
        valid_to=valid_to,
        answered=max(signed, case.answered_on),
        answer=case.answer,
        plan=plan,
        words=case.words,
        interpreter=case.interpreter,
        reason=REASON if any(one.severity == "warn" for one in case.expected) else "",
    )


def file_of(key: str) -> Path:
    return FOLDER / f"{key}.json"


def plain_of(key: str) -> Any:
    plain = to_plain(a_demo_person(PEOPLE[key]))
    plain["plan"] = {name: section for name, section in plain["plan"].items() if section}
    return plain


def written(key: str) -> str:
    return json.dumps(plain_of(key), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for each in OTHERS:
        file_of(each).write_text(written(each), "utf-8")
