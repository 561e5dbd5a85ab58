"""The wire form: a version as FHIR R4 documents and back. The only user of fhirpathpy."""
