"""Every FHIR door there is: a module named here has put its views at their addresses."""

from __future__ import annotations

from careplan.web.fhir_api import (
    describing,
    paper,
    reading,
    receiving,
    searching,
    token,
    trail,
    validating,
)
from careplan.web.fhir_api.door import fhir_api

MODULES = (describing, paper, reading, receiving, searching, token, trail, validating)

__all__ = ["MODULES", "fhir_api"]
