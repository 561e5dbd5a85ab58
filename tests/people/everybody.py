"""The seven, by the name they are called here."""

from __future__ import annotations

from collections.abc import Mapping

from tests.people.adult_ss import ada
from tests.people.case import Case
from tests.people.child_ss import kofi
from tests.people.long_unicode_stroke import mama
from tests.people.new_arrival import amal
from tests.people.no_blood_renal import delroy
from tests.people.pregnant_sc import luzia
from tests.people.transition_beta_plus import mina

PEOPLE: Mapping[str, Case] = {
    case.key: case for case in (ada(), kofi(), luzia(), delroy(), mina(), mama(), amal())
}
