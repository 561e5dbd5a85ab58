"""Doors for the haematology team: their list, the clinical part, signing, stopping a dose."""
