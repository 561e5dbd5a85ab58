"""The door to the checks made while a plan is written (domain 5). Not an interaction check.

The rules stand in `plan/rules`, one file a subject; their table and data in the condition's folder.
"""

from __future__ import annotations

from careplan.plan.rules.facts import Facts, Finding, Severity, age_on, months_later
from careplan.plan.rules.rulebook import RULES, check
from careplan.plan.rules.tables import rule_table

__all__ = [
    "RULES",
    "Facts",
    "Finding",
    "Severity",
    "age_on",
    "check",
    "months_later",
    "rule_table",
]
