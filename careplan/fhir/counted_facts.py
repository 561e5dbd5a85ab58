"""The few facts of a published record that sums are split by, read without reading the plan.

Working the measures out opens thousands of records; this takes milliseconds and lets nothing else
out of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from careplan.fhir import codes

_SEXES = {gender: sex for sex, gender in codes.GENDERS.items()}
_POSTCODE = "about_me.postcode"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFacts:
    """None is "not in the record"."""

    born: date | None = None
    sex: str | None = None
    language: str | None = None
    interpreter: bool | None = None
    ethnicity: str | None = None
    postcode: str | None = None


def counted_facts(record: bytes) -> CountedFacts:
    resources = [entry["resource"] for entry in json.loads(record)["entry"]]
    patient = next(one for one in resources if one["resourceType"] == "Patient")
    more = {one["url"]: one for one in patient.get("extension", ())}
    ethnic = more.get(codes.ETHNIC_CATEGORY, {}).get("valueCodeableConcept", {})
    born = patient.get("birthDate")
    return CountedFacts(
        born=date.fromisoformat(born) if born else None,
        sex=_SEXES.get(patient.get("gender")),
        language=_code(*(one["language"] for one in patient.get("communication", ()))),
        interpreter=more.get(codes.INTERPRETER_REQUIRED, {}).get("valueBoolean"),
        ethnicity=_code(ethnic),
        postcode=_answer(resources, _POSTCODE),
    )


def _code(*concepts: Any) -> str | None:
    found = (coding.get("code") for one in concepts for coding in one.get("coding", ()))
    return next(found, None)


def _answer(resources: list[Any], place: str) -> str | None:
    for one in resources:
        if one["resourceType"] == "QuestionnaireResponse":
            for section in one.get("item", ()):
                for item in section.get("item", ()):
                    if item["linkId"] == place:
                        return str(item["answer"][0]["valueString"])
    return None
