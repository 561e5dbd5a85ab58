"""Who the person is: the Patient, and their general practice."""

from __future__ import annotations

from typing import Any

from careplan.fhir import codes, people
from careplan.fhir.frame import Found, Frame
from careplan.fhir.tree import (
    Node,
    Tree,
    coding,
    concept,
    details,
    extension,
    phone,
    reference,
    some,
)

HOMES = frozenset(
    {
        *("identity.legal_name", "identity.date_of_birth", "identity.nhs_number"),
        *("identity.sex_registered", "identity.checked_on", "identity.checked_by"),
        *("about_me.known_as", "about_me.spoken_language", "about_me.interpreter"),
        *("about_me.phone", "about_me.gp_name", "about_me.gp_ods"),
        *("background.ethnicity", "background.self_described"),
    }
)

CHECKED = f"{codes.EXTENSION}/identity-checked"
_OTHER = "other"
_SEXES = {gender: sex for sex, gender in codes.GENDERS.items()}


def out(frame: Frame) -> list[Tree]:
    identity, about = frame.plain["identity"], frame.plain["about_me"]
    practice = _practice(frame)
    sex, language = identity.get("sex_registered"), about.get("spoken_language")
    patient = frame.resource("Patient", frame.version.patient_id, "identity") | some(
        extension=_extensions(frame),
        identifier=[*_nhs_number(identity.get("nhs_number")), *people.hospital_number(frame)],
        name=_names(identity.get("legal_name"), about.get("known_as")),
        telecom=phone(about.get("phone")),
        gender=codes.GENDERS[sex] if sex else None,
        birthDate=identity.get("date_of_birth"),
        contact=people.contacts(frame),
        communication=_communication(frame, language) if language else None,
        generalPractitioner=[reference(practice["id"])] if practice else None,
    )
    return [patient, *([practice] if practice else [])]


def back(found: Found) -> dict[str, dict[str, Any]]:
    patient = found.bundle.need("entry", 1, "resource")
    checked = patient.details(CHECKED)
    gender = patient.text("gender")
    ethnic = patient.extension(codes.ETHNIC_CATEGORY)
    interpreter = patient.extension(codes.INTERPRETER_REQUIRED)
    language = patient.at("communication", 0, "language")
    practice = found.one("about_me.gp_name")
    names = {name.text("use"): name.text("text") for name in patient.each("name")}
    identity = some(
        legal_name=names.get("official"),
        date_of_birth=patient.text("birthDate"),
        nhs_number=_identifier(patient, codes.NHS_NUMBER),
        sex_registered=_SEXES.get(gender, gender) if gender else None,
        checked_on=checked.get("checked_on"),
        checked_by=checked.get("checked_by"),
    )
    about_me = some(
        known_as=names.get("usual"),
        spoken_language=_language_back(language) if language else None,
        interpreter=interpreter.truth("valueBoolean") if interpreter else None,
        phone=patient.text("telecom", 0, "value"),
        gp_name=practice.text("name") if practice else None,
        gp_ods=practice.text("identifier", 0, "value") if practice else None,
    )
    background = some(
        ethnicity=ethnic.code_of(codes.ETHNICITY, "valueCodeableConcept") if ethnic else None,
        self_described=ethnic.text("valueCodeableConcept", "text") if ethnic else None,
    )
    return {"identity": identity, "about_me": about_me, "background": background}


def _identifier(patient: Any, system: str) -> str | None:
    for one in patient.each("identifier"):
        if one.text("system") == system:
            value: str | None = one.text("value")
            return value
    return None


def _nhs_number(number: str | None) -> list[Tree]:
    """Always "present but not traced": only a trace on the national service may say "verified"."""
    if not number:
        return []
    status = concept(coding(codes.NHS_NUMBER_STATUS, "02", "Number present but not traced"))
    verification = extension(codes.NHS_NUMBER_VERIFICATION, valueCodeableConcept=status)
    return [{"extension": [verification], "system": codes.NHS_NUMBER, "value": number}]


def _names(legal: str | None, known_as: str | None) -> list[Tree]:
    """Names whole, as people write them: no forced split into given and family."""
    pairs = (("official", legal), ("usual", known_as))
    return [{"use": use, "text": text} for use, text in pairs if text]


def _extensions(frame: Frame) -> list[Tree]:
    identity, background = frame.plain["identity"], frame.plain["background"]
    interpreter = frame.plain["about_me"].get("interpreter")
    made: list[Tree] = []
    if interpreter is not None:
        made.append(extension(codes.INTERPRETER_REQUIRED, valueBoolean=interpreter))
    code, words = background.get("ethnicity"), background.get("self_described")
    if code or words:
        known = coding(codes.ETHNICITY, code, frame.display("ethnicity", code)) if code else None
        made.append(
            extension(codes.ETHNIC_CATEGORY, valueCodeableConcept=concept(known, text=words))
        )
    facts = {name: identity[name] for name in ("checked_on", "checked_by") if name in identity}
    return [*made, *details(CHECKED, facts, frame.words, "identity")]


def _communication(frame: Frame, language: str) -> list[Tree]:
    """A language that is not in our list has no code but ours; its name goes along for reading."""
    other = language == _OTHER
    system = codes.OTHER_LANGUAGE if other else codes.LANGUAGE
    spoken = coding(system, language, frame.display("languages", language))
    name = frame.plain["about_me"].get("spoken_language_other") if other else None
    return [{"language": concept(spoken, text=name), "preferred": True}]


def _language_back(language: Node) -> str | None:
    return language.code_of(codes.LANGUAGE) or language.code_of(codes.OTHER_LANGUAGE)


def _practice(frame: Frame) -> Tree | None:
    about = frame.plain["about_me"]
    name, ods = about.get("gp_name"), about.get("gp_ods")
    if not name and not ods:
        return None
    return people.organisation(frame, "about_me.gp_name", name, ods)
