"""What the FHIR doors can do, once: searches are read by this table, and the CapabilityStatement is
made of it, so neither can promise what the other does not keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from careplan.fhir import codes
from careplan.fhir.tree import Tree, coding, concept, extension, some

FHIR_VERSION = "4.0.1"
SOFTWARE = "My sickle cell plan"
VERSION = "0.1.0"
CHANGED = "2026-11-23"
"""The day on which this table last changed."""
FORMATS = ("application/fhir+json",)

CANONICAL = f"{codes.BASE}/CapabilityStatement/partner-api"
_R4 = f"{codes.FHIR}/SearchParameter"


class Interaction(StrEnum):
    """R4's own names for what may be done with resources of one type."""

    READ = "read"
    VREAD = "vread"
    HISTORY = "history-instance"
    SEARCH = "search-type"
    CREATE = "create"


class ParameterType(StrEnum):
    TOKEN = "token"  # noqa: S105  (FHIR's word for a code, no secret)
    REFERENCE = "reference"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """`definition`: its canonical address, R4's where R4 has it. `chains`: what may be asked of
    the resource it refers to, as in `patient.identifier`."""

    name: str
    type: ParameterType
    definition: str
    means: str
    chains: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *(f"{self.name}.{one}" for one in self.chains))


@dataclass(frozen=True, slots=True)
class Include:
    """`_include=Type:name`: R4's search parameter, and the element whose references it follows."""

    name: str
    element: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` without its $. `on_one`: /Type/id/$name; else of the type, or of the whole service."""

    name: str
    definition: str
    means: str
    on_one: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of resource, and all that may be done with it."""

    name: str
    means: str
    interactions: tuple[Interaction, ...] = (Interaction.READ,)
    search: tuple[SearchParameter, ...] = ()
    includes: tuple[Include, ...] = ()
    operations: tuple[Operation, ...] = ()
    profiles: tuple[str, ...] = ()

    def parameter(self, name: str) -> SearchParameter | None:
        return next((one for one in self.search if one.name == name), None)


def _ours(name: str) -> str:
    return f"{codes.BASE}/OperationDefinition/{name}"


VALIDATE = Operation(
    "validate",
    f"{codes.FHIR}/OperationDefinition/Resource-validate",
    "Says every problem found in what is sent. Nothing is kept.",
)
DOCUMENT = Operation(
    "document",
    _ours("CarePlan-document"),
    "The emergency document of the version that stands, byte for byte as it was published.",
    on_one=True,
)
ID = SearchParameter("_id", ParameterType.TOKEN, f"{_R4}/Resource-id", "The resource’s own id.")
LAST_UPDATED = SearchParameter(
    "_lastUpdated",
    ParameterType.DATE,
    f"{_R4}/Resource-lastUpdated",
    "When the version that stands was published.",
)
PATIENT = SearchParameter(
    "patient", ParameterType.REFERENCE, f"{_R4}/clinical-patient", "Whose it is: Patient/id."
)
_CARE_PLAN_SEARCH = (
    ID,
    SearchParameter(
        PATIENT.name,
        PATIENT.type,
        PATIENT.definition,
        "Whose it is: Patient/id. Or patient.identifier: the NHS number, as the team checked it.",
        chains=("identifier",),
    ),
    SearchParameter(
        "identifier",
        ParameterType.TOKEN,
        f"{_R4}/clinical-identifier",
        "The plan’s number, with or without its system.",
    ),
    SearchParameter(
        "status", ParameterType.TOKEN, f"{_R4}/CarePlan-status", "The status of the plan."
    ),
    SearchParameter(
        "date",
        ParameterType.DATE,
        f"{_R4}/clinical-date",
        "The time the plan covers: until the day its review is due.",
    ),
    SearchParameter(
        "review-due",
        ParameterType.DATE,
        f"{codes.BASE}/SearchParameter/review-due",
        "The day its review is due.",
    ),
    LAST_UPDATED,
)
RESULT_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "_count": "how many matches a page holds",
        "_include": "what the matches refer to, beside them",
        "_summary": "less of each match: true, text, data, count or false",
        "_elements": "these elements of each match, and those that no plan is without",
        "_format": "application/fhir+json or json, which is all there is",
    }
)
"""They shape the answer, and choose nothing."""


def _read(name: str, means: str, *profiles: str) -> Kind:
    return Kind(name=name, means=means, profiles=profiles)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="CarePlan",
        means="The plan itself. Sent here, it becomes a proposal to the team, never a signed plan.",
        interactions=tuple(Interaction),
        search=_CARE_PLAN_SEARCH,
        includes=(
            Include("subject", "subject"),
            Include("patient", "subject"),
            Include("care-team", "careTeam"),
            Include("condition", "addresses"),
            Include("goal", "goal"),
            Include("activity-reference", "activity.reference"),
        ),
        operations=(DOCUMENT, VALIDATE),
        profiles=(f"{codes.PROFILE}/CrisisCarePlan",),
    ),
    Kind(
        name="Bundle",
        means="A document that was sent here, by whoever sent it. It becomes a proposal.",
        interactions=(Interaction.READ, Interaction.CREATE),
        operations=(VALIDATE,),
        profiles=(f"{codes.PROFILE}/CrisisPlanDocument",),
    ),
    _read("Composition", "What the plan says, in order.", f"{codes.PROFILE}/CrisisComposition"),
    _read("Patient", "The person the plan is about."),
    _read("AllergyIntolerance", "An allergy: checked, or as reported."),
    _read("CareTeam", "The team that looks after the person."),
    _read("Condition", "The condition the plan is for, and what came of it."),
    _read("Consent", "A decision recorded in the plan."),
    _read("Flag", "What must not be overlooked."),
    _read("Goal", "What matters to the person."),
    _read(
        "MedicationRequest",
        "A medicine to give, or not to give, in a crisis.",
        f"{codes.PROFILE}/CrisisAnalgesiaMedicationRequest",
    ),
    _read("MedicationStatement", "A medicine the person takes."),
    _read("Observation", "A usual value of the person’s."),
    _read("Organization", "An organisation that the plan names."),
    _read("Practitioner", "A professional whom the plan names."),
    _read("PractitionerRole", "What that professional is, and where."),
    _read("QuestionnaireResponse", "The answers to everything else."),
    _read("RelatedPerson", "One of the person’s own people."),
    _read("Provenance", "Who signed, who wrote what."),
    Kind(
        name="DocumentReference",
        means="The plan as a PDF, named.",
        interactions=(Interaction.READ, Interaction.SEARCH),
        search=(PATIENT,),
    ),
    _read("Binary", "The plan as a PDF, its bytes."),
    Kind(
        name="AuditEvent",
        means="Who looked at the plan. Asked for by name: no star scope brings it.",
        interactions=(Interaction.READ, Interaction.SEARCH),
        search=(
            SearchParameter(PATIENT.name, PATIENT.type, f"{_R4}/AuditEvent-patient", PATIENT.means),
        ),
    ),
)
SERVICE_OPERATIONS = (VALIDATE,)
"""Those of no type: /fhir/$name."""


def kind_of(name: str) -> Kind | None:
    return next((one for one in KINDS if one.name == name), None)


def statement(base: str) -> Tree:
    """The CapabilityStatement of the service that answers at this address. The canonical address
    is that of the requirements, which it keeps."""
    common = _common("instance")
    del common["url"]
    return common | {
        "instantiates": [CANONICAL],
        "software": {"name": SOFTWARE, "version": VERSION},
        "implementation": {"description": f"{SOFTWARE}, for other systems", "url": base},
        **_abilities(_security(base)),
    }


def requirements() -> Tree:
    """The same for a package: what a service of this kind can do, wherever it stands."""
    return {**_common("requirements"), **_abilities(_security(None))}


def _common(kind: str) -> Tree:
    return {
        "resourceType": "CapabilityStatement",
        "id": "partner-api",
        "url": CANONICAL,
        "version": VERSION,
        "name": "PartnerApi",
        "title": "What other systems may ask, and send",
        "status": "draft",
        "experimental": True,
        "date": CHANGED,
        "publisher": SOFTWARE,
        "description": (
            "Emergency documents of crisis plans, read by partners whom a team registered; and "
            "plans of theirs, which arrive as proposals."
        ),
        "kind": kind,
    }


def _abilities(security: Tree) -> Tree:
    document = f"{codes.PROFILE}/CrisisPlanDocument"
    return {
        "fhirVersion": FHIR_VERSION,
        "format": list(FORMATS),
        "rest": [
            {
                "mode": "server",
                "documentation": "A plan that a partner may not see is one that does not exist.",
                "security": security,
                "resource": [_resource(one) for one in KINDS],
                "operation": [_operation(one) for one in SERVICE_OPERATIONS],
            }
        ],
        "document": [
            {"mode": "producer", "profile": document},
            {"mode": "consumer", "profile": document},
        ],
    }


def _security(base: str | None) -> Tree:
    where = extension("token", valueUri=f"{base}/token")
    return some(
        extension=[extension(codes.OAUTH_ADDRESSES, extension=[where])] if base else None,
        cors=False,
        service=[
            concept(coding(codes.SECURITY_SERVICE, "SMART-on-FHIR"), text="SMART Backend Services")
        ],
        description="private_key_jwt with RS384 or ES384; scopes of the system level only.",
    )


def _resource(kind: Kind) -> Tree:
    may = kind.interactions
    searched = Interaction.SEARCH in may
    return some(
        type=kind.name,
        supportedProfile=list(kind.profiles),
        documentation=kind.means,
        interaction=[_interaction(one, kind) for one in may],
        versioning="versioned",
        readHistory=Interaction.VREAD in may,
        updateCreate=False,
        conditionalCreate=False,
        conditionalRead="not-match" if Interaction.READ in may else None,
        conditionalUpdate=False,
        conditionalDelete="not-supported",
        referencePolicy=["literal"],
        searchInclude=[f"{kind.name}:{one.name}" for one in kind.includes] if searched else None,
        searchParam=[_parameter(one) for one in kind.search],
        operation=[_operation(one) for one in kind.operations],
    )


def _interaction(one: Interaction, kind: Kind) -> Tree:
    shaping = "; ".join(f"{name}: {means}" for name, means in RESULT_PARAMETERS.items())
    shaped = one is Interaction.SEARCH and bool(kind.includes)
    return some(code=str(one), documentation=shaping if shaped else None)


def _parameter(one: SearchParameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "definition": one.definition,
        "type": str(one.type),
        "documentation": one.means,
    }


def _operation(one: Operation) -> Tree:
    return {"name": one.name, "definition": one.definition, "documentation": one.means}
