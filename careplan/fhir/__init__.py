"""The wire form: a version as FHIR R4 documents and back; here alone is fhir.resources used."""
