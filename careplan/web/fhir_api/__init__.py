"""FHIR R4 for other organisations' systems: they read emergency documents, and send theirs."""
