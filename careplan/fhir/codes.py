"""Every code, system and address this program writes into FHIR, and none anywhere else.

SNOMED CT and LOINC codes are those of the clinical code list of the domain notes. Only SNOMED codes
marked sure there go out; what is to be confirmed waits here for a terminologist and goes as words.
"""

from __future__ import annotations

BASE = "https://my-sickle-cell-plan.example/fhir"
PROFILE = f"{BASE}/StructureDefinition"
EXTENSION = f"{BASE}/StructureDefinition"
OWN = f"{BASE}/CodeSystem"
VALUE_SET = f"{BASE}/ValueSet"
FIELD = f"{OWN}/field"
SECTION = f"{OWN}/section"
ALERT = f"{OWN}/alert"
QUESTIONNAIRE = f"{BASE}/Questionnaire"
PLAN_NUMBER = f"{BASE}/Id/plan-number"
HOSPITAL_NUMBER = f"{BASE}/Id/hospital-number"
REGISTRATION = f"{BASE}/Id/professional-registration"

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
URI = "urn:ietf:rfc:3986"
LANGUAGE = "urn:ietf:bcp:47"
OTHER_LANGUAGE = f"{OWN}/languages"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
ODS_SITE = "https://fhir.nhs.uk/Id/ods-site-code"

UKCORE_BASE = "https://fhir.hl7.org.uk"
UKCORE = f"{UKCORE_BASE}/StructureDefinition"
NHS_NUMBER_VERIFICATION = f"{UKCORE}/Extension-UKCore-NHSNumberVerificationStatus"
CONTACT_RANK = f"{UKCORE}/Extension-UKCore-ContactRank"
ETHNIC_CATEGORY = f"{UKCORE}/Extension-UKCore-EthnicCategory"
NHS_NUMBER_STATUS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
ETHNICITY = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland"
HEADING = "https://fhir.hl7.org.uk/CodeSystem/UKCore-RecordStandardHeadings"

FHIR = "http://hl7.org/fhir"
HL7 = f"{FHIR}/StructureDefinition"
FHIRPATH_TYPE = "http://hl7.org/fhirpath/System."
ALL_LANGUAGES = f"{FHIR}/ValueSet/all-languages"
MEDIA_TYPE = "urn:ietf:bcp:13"
CURRENCY = "urn:iso:std:iso:4217"
OID = "urn:oid:"
INTERPRETER_REQUIRED = f"{HL7}/patient-interpreterRequired"
VERSION_NUMBER = f"{HL7}/composition-clinicaldocument-versionNumber"
FLAG_DETAIL = f"{HL7}/flag-detail"
DATA_ABSENT = f"{HL7}/data-absent-reason"
REACTION_SEVERITY = f"{FHIR}/ValueSet/reaction-event-severity"

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ALLERGY_CLINICAL = f"{TERMINOLOGY}/allergyintolerance-clinical"
ALLERGY_VERIFICATION = f"{TERMINOLOGY}/allergyintolerance-verification"
CONDITION_CLINICAL = f"{TERMINOLOGY}/condition-clinical"
CONDITION_VERIFICATION = f"{TERMINOLOGY}/condition-ver-status"
CONDITION_CATEGORY = f"{TERMINOLOGY}/condition-category"
OBSERVATION_CATEGORY = f"{TERMINOLOGY}/observation-category"
FLAG_CATEGORY = f"{TERMINOLOGY}/flag-category"
EMPTY_REASON = f"{TERMINOLOGY}/list-empty-reason"
IDENTIFIER_TYPE = f"{TERMINOLOGY}/v2-0203"
SECURITY_SERVICE = f"{TERMINOLOGY}/restful-security-service"
OBSERVATION_VALUE = f"{TERMINOLOGY}/v3-ObservationValue"
AGENT_TYPE = f"{TERMINOLOGY}/provenance-participant-type"

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
OAUTH_ADDRESSES = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

XHTML = "http://www.w3.org/1999/xhtml"

CARE_PLAN = "734163000"
PATIENT_RECORD, OVERRIDE_STARTED = "110110", "110127"
"""What an audit event is about, by DICOM."""
NO_KNOWN_ALLERGY = "716186003"
PREGNANT = "77386006"

GENOTYPES = {"HbSS": "127040003", "HbSC": "35434009"}
"""Our genotype code to SNOMED. Its parent, 417357006, may include trait, so it is not used."""

GENOTYPES_TO_CONFIRM = {
    "HbSb0": "127043001",
    "HbSb+": "127042006",
    "HbSD": "25472008",
    "HbSE": "47024008",
    "HbSO": "127048005",
}

EVENTS = {"acute-chest-syndrome": "372146004", "priapism": "6273006"}
"""Complications whose SNOMED code means exactly what ours does; "stroke or TIA" is two concepts."""

EVENTS_TO_CONFIRM = {
    "splenic-sequestration": "444108000",
    "pulmonary-hypertension": "70995007",
    "splenectomy": "234319005",
}

SUBSTANCES = {
    "morphine": "373529000",
    "diamorphine": "387341002",
    "oxycodone": "55452001",
    "fentanyl": "373492002",
    "pethidine": "387298007",
    "codeine": "387494007",
    "tramadol": "386858008",
    "ketamine": "373464007",
    "paracetamol": "387517004",
    "ibuprofen": "387207008",
    "diclofenac": "7034005",
    "naproxen": "372588000",
    "latex": "111088007",
}
"""Substances by their exact generic name; any other name goes as the words typed."""

SUBSTANCES_TO_CONFIRM = {
    "dihydrocodeine": "387322000",
    "folic acid": "63718003",
    "penicillin v": "372725003",
    "penicillin": "764146007",
}

ROUTES = {
    "oral": "26643006",
    "subcutaneous": "34206005",
    "IV": "47625008",
    "intranasal": "46713006",
    "IM": "78421000",
    "buccal": "54471007",
    "sublingual": "37839007",
    "transdermal": "45890007",
}
"""PCA is a device and a route, inhaled has no code in the list: both go as words."""

OBSERVATIONS: dict[str, tuple[str, ...]] = {
    "haemoglobin": ("718-7",),
    "spo2_on_air": ("59408-5", "2708-6"),
    "reticulocytes": ("60474-4",),
    "creatinine": ("14682-9",),
    "egfr": ("98979-8", "62238-1"),
    "blood_pressure": ("85354-9",),
    "weight": ("29463-7",),
    "hbs_percent": ("4625-0",),
    "ferritin": ("2276-4",),
    "uacr": (),
    "hbf_percent": ("4576-5",),
    "bilirubin": (),
    "ldh": ("14804-9",),
    "pulse": ("8867-4",),
    "respiratory_rate": ("9279-1",),
    "temperature": ("8310-5",),
    "height": ("8302-2",),
    "spleen": (),
}
"""Each measured baseline; one without a sure LOINC code goes under our own alone."""

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
BLOOD_PRESSURE, VITAL_SIGNS_PANEL = "85354-9", "85353-1"

VITAL_SIGN_UNITS: dict[str, tuple[str, ...]] = {
    BLOOD_PRESSURE: (),
    VITAL_SIGNS_PANEL: (),
    "29463-7": ("kg", "g", "[lb_av]"),
    "8302-2": ("cm", "[in_i]"),
    "9843-4": ("cm", "[in_i]"),
    "9279-1": ("/min",),
    "8867-4": ("/min",),
    "8310-5": ("Cel", "[degF]"),
    "2708-6": ("%",),
    "39156-5": ("kg/m2",),
}
"""The vital signs that R4 has a profile of, with the units each may be given in, by UCUM; a
pressure and a panel have no value of their own."""
OBSERVED = {
    **dict.fromkeys(("spo2_on_air", "blood_pressure", "weight", "height"), "vital-signs"),
    **dict.fromkeys(("pulse", "respiratory_rate", "temperature"), "vital-signs"),
    "spleen": "exam",
}
"""What is not measured in a laboratory, and what kind of observation it is."""

UNITS = {"mL/min/1.73m2": "mL/min/{1.73_m2}"}
"""UCUM codes of those dictionary units that are not UCUM as they stand."""

DOSE_UNITS = {
    "mg": "mg",
    "microgram": "ug",
    "g": "g",
    "mL": "mL",
    "mg/kg": "mg/kg",
    "microgram/kg": "ug/kg",
    "sachet": "{sachet}",
    "drop": "[drp]",
    "puff": "{puff}",
    "microgram/hour": "ug/h",
}
"""A "unit" is a different amount for every drug, so it has no UCUM code here."""

DOSE_COUNT = "{dose}"
TIME_UNITS = {"min": "min", "h": "h", "day": "d", "week": "wk"}

ALERTS = "alerts"
"""A section of the document that the plan does not have: facts nobody may overlook."""

SECTION_LOINC = {
    "diagnosis": "11450-4",
    "allergies": "48765-2",
    "medicines": "10160-0",
    "pain_plan": "18776-5",
    "what_matters": "81338-6",
    "baselines": "30954-2",
    "complications": "11348-0",
    ALERTS: "104605-1",
}
"""International Patient Summary section codes."""

SECTION_HEADING = {
    "identity": "person-demographics",
    "about_me": "individual-requirements",
    "my_sickle": "patient-perception-of-problem",
    "what_matters": "patient-and-carer-concerns-expectations-and-wishes",
    "my_people": "social-context",
    "diagnosis": "diagnoses",
    "pain_plan": "plan-and-requested-actions",
    "allergies": "allergies-and-adverse-reaction",
    "baselines": "investigation-results",
    "medicines": "medications-and-medical-devices",
    "complications": "relevant-past-medical-surgical-and-mental-health-history",
    "transfusion": "special-requirements",
    "care_team": "professional-contacts",
    ALERTS: "safety-alerts",
}
"""PRSB record headings as UK Core's code system has them."""

GENDERS = {"female": "female", "male": "male", "indeterminate": "other", "not known": "unknown"}

NRL = "https://fhir.nhs.uk/England"
NRL_STABILITY = f"{NRL}/StructureDefinition/Extension-England-ContentStability"
NRL_STABILITY_CODE = f"{NRL}/CodeSystem/England-NRLContentStability"
NRL_FORMAT = f"{NRL}/CodeSystem/England-NRLFormatCode"
SPINE_ASID = "https://fhir.nhs.uk/Id/nhsSpineASID"

NRL_TYPES = {
    "887701000000100": "Emergency health care plan",
    "2181441000000107": "Personalised Care and Support Plan",
    "325691000000100": "Contingency plan",
    "735324008": "Treatment escalation plan",
    "736253002": "Mental health crisis plan",
    "736366004": "Advance care plan",
}
"""The National Record Locator's kinds of care plan that a plan of ours could be, in its words."""

NRL_CATEGORY = {CARE_PLAN: "Care plan"}
NRL_SETTINGS = {
    "892761000000102": "Clinical haematology service",
    "893661000000101": "Paediatric clinical haematology service",
    "788007007": "General practice service",
}
"""Of the Locator's several hundred practice settings, those a team of ours could be."""

NRL_CONTACT, NRL_STRUCTURED = "urn:nhs-ic:record-contact", "urn:nhs-ic:structured"
NRL_UNSTRUCTURED = "urn:nhs-ic:unstructured"
NRL_FORMATS = {
    NRL_CONTACT: "Contact details (HTTP Unsecured)",
    NRL_STRUCTURED: "Structured Document",
    NRL_UNSTRUCTURED: "Unstructured Document",
}
NRL_FORMATS_OF = {
    "application/pdf": {NRL_UNSTRUCTURED},
    "text/html": {NRL_CONTACT, NRL_STRUCTURED},
    "application/fhir+json": {NRL_STRUCTURED},
    "application/json": {NRL_STRUCTURED},
    "application/json+fhir": {NRL_STRUCTURED},
}
"""The kinds of content the Locator takes, and the formats each may be said to have."""

NRL_STABILITIES = {"static": "Static", "dynamic": "Dynamic"}
