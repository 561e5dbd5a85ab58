"""The wire form: a published version as a FHIR R4 document and back. The only importer of fhir.resources."""
