"""What UK Core says, beyond its minimums, of the four types our profiles constrain.

Facts, not its files: a snapshot of ours must hold them between FHIR's own rules and ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from careplan.fhir import codes
from careplan.fhir.elements import Rule
from careplan.fhir.profiles import UKCORE_MINIMUMS

MUST_SUPPORT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Bundle": ("type", "entry"),
        "CarePlan": ("status", "intent", "category", "subject"),
        "Composition": ("status", "type", "subject", "author", "confidentiality", "custodian"),
        "MedicationRequest": (
            *("identifier", "status", "intent", "category", "medication[x]", "subject"),
            *("authoredOn", "requester", "dosageInstruction", "dosageInstruction.text"),
            *("dosageInstruction.timing", "dosageInstruction.doseAndRate"),
            *(f"dosageInstruction.doseAndRate.{one}[x]" for one in ("dose", "rate")),
            *("dispenseRequest", "dispenseRequest.quantity", "substitution"),
        ),
    }
)
BINDINGS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "Composition": {
            "type": ("preferred", "DocumentType"),
            "category": ("preferred", "CompositionCategory"),
            "section.code": ("extensible", "CompositionSectionCode"),
        },
        "MedicationRequest": {
            "category": ("extensible", "MedicationRequestCategory"),
            "medication[x]": ("preferred", "MedicationCode"),
            "courseOfTherapyType": ("extensible", "MedicationRequestCourseOfTherapy"),
            "dosageInstruction.site": ("preferred", "BodySite"),
            "dosageInstruction.route": ("preferred", "SubstanceOrProductAdministrationRoute"),
            "dosageInstruction.method": ("preferred", "MedicationDosageMethod"),
        },
    }
)
"""Of each element how strictly, and which of UK Core's value sets."""

EXTENSIONS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "Composition": ("careSettingType", "CareSettingType", "1"),
        "MedicationRequest": ("medicationRepeatInformation", "MedicationRepeatInformation", "*"),
    }
)
"""The slice of each type's extensions: its name, the extension's, and how many at most."""


def rules(kind: str) -> Iterator[Rule]:
    """Everything UK Core's profile of a type adds to FHIR, as far as our tables know it."""
    if kind in EXTENSIONS:
        name, extension, most = EXTENSIONS[kind]
        profile = f"{codes.UKCORE}/Extension-UKCore-{extension}"
        yield {
            "id": f"{kind}.extension:{name}",
            "sliceName": name,
            "max": most,
            "type": [{"code": "Extension", "profile": [profile]}],
        }
    yield from UKCORE_MINIMUMS[kind][1]
    for path in MUST_SUPPORT.get(kind, ()):
        yield {"id": f"{kind}.{path}", "mustSupport": True}
    for path, (strength, name) in BINDINGS.get(kind, {}).items():
        value_set = f"{codes.UKCORE_BASE}/ValueSet/UKCore-{name}"
        yield {"id": f"{kind}.{path}", "binding": {"strength": strength, "valueSet": value_set}}
