"""The version itself: its CarePlan, who signed, who wrote what, whether its dose still stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from careplan.fhir import alerts, codes, people
from careplan.fhir.frame import Found, Frame, Kind
from careplan.fhir.tree import (
    Tree,
    coding,
    concept,
    details,
    instant,
    reference,
    snomed,
    some,
)
from careplan.plan.care_plan import Contribution, DoseStop
from careplan.plan.codec import Unreadable

HOMES = frozenset({"review.review_due"})

PROFILE = f"{codes.PROFILE}/CrisisCarePlan"
SIGNED = f"{codes.EXTENSION}/signature"
CONTRIBUTION = f"{codes.EXTENSION}/contribution"
STOP = f"{codes.EXTENSION}/dose-stop"


def out(frame: Frame, resources: list[Tree]) -> list[Tree]:
    """The CarePlan looks at what is already in the document, so it is made last."""
    return [_care_plan(frame, resources), *_stop(frame), *_signer(frame), *_provenance(frame)]


def _care_plan(frame: Frame, resources: list[Tree]) -> Tree:
    def of(place: str) -> list[Tree]:
        return [reference(one["id"]) for one in resources if _place(one) == place]

    version = frame.version
    team = of("care_team")
    plan = frame.resource("CarePlan", frame.identity("plan"), "plan", PROFILE)
    plan["meta"] = {"versionId": str(version.number)} | plan["meta"]
    given = [one["id"] for one in resources if _is_to_be_given(one)]
    return plan | some(
        identifier=[{"system": codes.PLAN_NUMBER, "value": version.plan_number}],
        status="active",
        intent="plan",
        category=[concept(snomed(codes.CARE_PLAN))],
        title=frame.words.condition["plan_title"],
        subject=frame.patient,
        period=some(end=frame.plain["review"].get("review_due")),
        created=instant(version.published_at),
        author=frame.signer or frame.patient,
        contributor=[frame.patient],
        careTeam=team,
        addresses=of("diagnosis.genotype"),
        supportingInfo=[*of("answers.own"), *of("answers.clinical")],
        goal=of("what_matters.what_matters"),
        activity=[{"reference": reference(one)} for one in given],
    )


def _place(resource: Tree) -> str:
    return str(resource["meta"]["tag"][0]["code"])


def _is_to_be_given(resource: Tree) -> bool:
    return resource["resourceType"] == "MedicationRequest" and not resource.get("doNotPerform")


def _stop(frame: Frame) -> list[Tree]:
    stop = frame.version.stop
    if stop is None:
        return []
    facts = some(
        name=stop.name,
        role=stop.role,
        organisation=stop.organisation,
        at=stop.at,
        ring=stop.ring,
    )
    text = f"Do not use the dose on earlier copies: ring {stop.ring}"
    code = concept(coding(codes.ALERT, "dose stopped"), text=text)
    return [alerts.flag(frame, "stop", frame.identity("stop"), code, details(STOP, facts))]


def stop(found: Found) -> DoseStop | None:
    node = found.one("stop")
    if node is None:
        return None
    facts = node.details(STOP)
    try:
        said = {name: str(facts[name]) for name in ("name", "role", "organisation", "ring")}
        return DoseStop(at=datetime.fromisoformat(facts["at"]), **said)
    except (KeyError, TypeError, ValueError) as problem:
        raise Unreadable(f"{node.path}.extension", "who stopped the dose, and when") from problem


def _signer(frame: Frame) -> list[Tree]:
    """The emergency document names who signed; registration numbers stay in the record."""
    signature = frame.version.signature
    if signature is None:
        return []
    place = "signature.organisation"
    employer = people.organisation(frame, place, signature.organisation, None)
    record = frame.kind is Kind.RECORD
    plain = some(
        role=signature.role,
        registration=signature.registration if record else None,
        organisation=reference(employer["id"]),
    )
    return [*people.professional(frame, "signature", signature.name, plain), employer]


def _agent(who: Tree, role: str, more: list[Tree] | None = None) -> Tree:
    return some(extension=more, type=concept(coding(codes.AGENT_TYPE, role)), who=who)


def _provenance(frame: Frame) -> list[Tree]:
    version, signature = frame.version, frame.version.signature
    record = frame.kind is Kind.RECORD
    author = frame.signer or frame.patient
    written = [
        _agent(
            {"display": one.name},
            "author",
            details(
                CONTRIBUTION,
                {"section": one.section, "role": one.role, "at": one.at},
            ),
        )
        for one in version.contributions
    ]
    plan = [reference(frame.identity("plan"))]
    made = [
        frame.resource("Provenance", frame.identity("version"), "version")
        | some(
            target=plan,
            recorded=instant(version.published_at),
            reason=[{"text": version.reason}] if record else None,
            agent=[_agent(author, "assembler"), *written],
        )
    ]
    if signature:
        facts = some(expires_on=signature.expires_on, clinical_sha256=signature.clinical_sha256)
        head = frame.resource("Provenance", signature.id, "signature.provenance")
        made.append(
            head
            | some(
                extension=details(SIGNED, facts),
                target=plan,
                recorded=instant(signature.signed_at),
                agent=[_agent(author, "verifier")],
            )
        )
    return made


def contributions(found: Found) -> tuple[Contribution, ...]:
    node = found.one("version")
    made = []
    for agent in node.each("agent") if node else ():
        facts = agent.details(CONTRIBUTION)
        if facts:
            try:
                at = datetime.fromisoformat(facts["at"])
                name = agent.needed_text("who", "display")
                made.append(Contribution(str(facts["section"]), name, str(facts["role"]), at))
            except (KeyError, TypeError, ValueError) as problem:
                raise Unreadable(agent.path, "who wrote a section, and when") from problem
    return tuple(made)


def back(found: Found) -> dict[str, dict[str, Any]]:
    plan = found.one("plan")
    return {"review": some(review_due=plan.text("period", "end") if plan else None)}


def signature(found: Found, kind: Kind) -> dict[str, Any] | None:
    """Plain; times keep their fractions, which the plain form of a version does not."""
    node = found.one("signature.provenance")
    signer = people.professional_back(found, "signature")
    employer = found.one("signature.organisation")
    if node is None or signer is None or employer is None:
        return None
    registration = {} if kind is Kind.RECORD else {"registration": ""}
    return (
        registration
        | signer
        | node.details(SIGNED)
        | some(
            id=node.identity(),
            signed_at=node.text("recorded"),
            organisation=employer.text("name"),
        )
    )
