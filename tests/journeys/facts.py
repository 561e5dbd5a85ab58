"""Every fact of a plan with the words it is read by, and which surface owes it to its reader.

These words are made here and nowhere else, so that the product is not compared with itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from careplan.plan.care_plan import SECTIONS, CarePlan
from careplan.plan.dictionary import Carry, Field, dictionary
from careplan.plan.pain import Stage
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Dose, Interval

WORDS = dictionary()
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNITS = {
    "g/L": " g/L",
    "%": "%",
    "10*9/L": " ×10⁹/L",
    "umol/L": " micromol/L",
    "ug/L": " microgram/L",
    "mL/min/1.73m2": " mL/min/1.73 m²",
    "mg/mmol": " mg/mmol",
    "cm": " cm",
    "kg": " kg",
    "mm[Hg]": " mmHg",
}
SAID = {
    "about_me.interpreter": {False: "interpreter needed: no", True: "interpreter needed: yes"},
    "about_me.family_must_not_interpret": {True: "family must not interpret: yes"},
    "baselines.hbs_after_exchange": {True: "(after exchange)"},
    "transfusion.antibodies.historical": {True: "(in the past, not now)"},
    "my_people.contacts.parental_responsibility": {True: "has parental responsibility"},
    "my_veins.ultrasound": {False: "ultrasound: not needed", True: "ultrasound: needed"},
    "my_people.contacts.first": {True: "ring first"},
    "pain_plan.steps.counts_towards_max": {True: "counts towards the most doses: yes"},
    "pain_plan.adjuncts.as_needed": {True: "as needed"},
}
"""What a yes or a no is read as. A no that is not here is said by saying nothing."""
AROUND = {
    "pain_plan.steps.max_doses": "at most {} doses",
    "my_sickle.usual_day_score": "usual day {}",
    "my_sickle.can_cope_score": "can cope at {}",
    "my_veins.tries": "tries i accept: {}",
    "pain_plan.oxygen_low": "oxygen target: {} to",
    "pain_plan.oxygen_high": "to {}%",
    "complications.events.count": "{} time",
    "complications.events.exchange": "exchange transfusion {}",
    "transfusion.programme": "programme: {}",
    "transfusion.refusal": "declines blood products: {}",
    "transfusion.antibody_state": "antibodies: {}",
    "transfusion.baseline_hb": "baseline haemoglobin: {} g/l",
    "transfusion.interval_weeks": "every {} weeks",
    "transfusion.target_hbs": "target hbs {}%",
    "pregnancy.weeks": "{} weeks on",
    "complications.events.naloxone": "naloxone given",
    "diagnosis.g6pd": "g6pd: {}",
    "pain_plan.opioid_exposure": "opioids taken: {}",
}
"""Words too short to prove anything alone, in the sentence an emergency department reads."""
IN_SHORT = {"transfusion.refusal": "no stop flags recorded"}
"""How a card says in fewer words what the page says in full."""
ITSELF = (
    *("my_allergies.state", "my_medicines.state", "allergies.state"),
    *("pain_plan.adjuncts.given", "complications.events.had"),
)
"""Said by what stands in the list, by the drug that is given, by "Not had: …"."""


@dataclass(frozen=True)
class Fact:
    """One filled-in field. Any one of `words` is enough; `near` is the sentence around them."""

    path: str
    words: tuple[str, ...]
    near: str = ""
    on_card: bool = True

    def owed_to(self, surface: str) -> bool:
        if surface == "card" and not self.on_card:
            return False
        if surface != "record" and WORDS.fields[self.path].shown == "status":
            return False  # written down by the service; a page says it where it matters
        return WORDS.carries(self.path, surface) is Carry.MUST

    def hidden_from(self, surface: str) -> bool:
        return WORDS.carries(self.path, surface) is Carry.NEVER

    def found_in(self, text: str) -> bool:
        return any(folded(one) in text for one in self.words)

    def read_in(self, text: str) -> bool:
        return folded(self.near) in text if self.near else self.found_in(text)


def folded(text: str) -> str:
    """One case, one kind of space, one kind of quotation mark; a line's end is a space."""
    text = unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("\xad", "")
    return re.sub(r"[\s\u00a0\u202f\u2060\u200b]+", " ", text)


def facts_of(plan: CarePlan) -> tuple[Fact, ...]:
    return tuple(
        fact for name in SECTIONS for fact in _inside(plan.section(name), name, on_card=True)
    )


def _inside(value: Any, path: str, *, on_card: bool) -> Iterator[Fact]:
    stage = getattr(value, "stage", None)
    on_card = on_card and stage in (None, Stage.FIRST_DOSE, Stage.SECOND_CHOICE)
    for one in fields(value):
        inner, now = f"{path}.{one.name}", getattr(value, one.name)
        if inner in WORDS.fields and now not in (None, ()):
            yield from _facts(now, inner, on_card=on_card)


def _facts(now: Any, path: str, *, on_card: bool) -> Iterator[Fact]:
    inner = now if isinstance(now, tuple) else (now,)
    if WORDS.fields[path].children:
        for item in inner:
            yield from _inside(item, path, on_card=on_card)
    elif isinstance(now, bool):
        said = SAID.get(path, {}).get(now)
        if said:
            yield Fact(path, ("yes" if now else "no",), said, on_card)
    elif path not in ITSELF:
        for one in inner:
            words = _words(one, path)
            near = AROUND[path].format(words[0]) if path in AROUND else ""
            yield Fact(path, words, near, on_card)


def _words(now: Any, path: str) -> tuple[str, ...]:
    field = WORDS.fields[path]
    if field.options:
        found = WORDS.words(field.options, str(now))
        return (found, _both(found)) if field.options == "pain_sites" else (found,)
    if isinstance(now, Interval):
        return (now.words, now.words.replace("every", "after"))
    return (_as_read(now, field),)


def _as_read(now: Any, field: Field) -> str:
    if field.type == "partial_date":
        return _partly(now)
    if field.type == "nhs_number":
        return f"{now[:3]} {now[3:6]} {now[6:]}"
    if isinstance(now, Reading):
        return f"{now.value}{UNITS[field.unit or '']}"
    if isinstance(now, BloodPressure):
        return f"{now.systolic}/{now.diastolic}{UNITS[field.unit or '']}"
    if isinstance(now, Dose):
        return now.words
    return _day(now) if isinstance(now, date) else str(now)


def _both(site: str) -> str:
    """ "left thigh" and "right thigh" are read as "both thighs"."""
    side, _, part = site.partition(" ")
    return f"both {part}s" if side in ("left", "right") else site


def _day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def _partly(text: str) -> str:
    parts = [int(part) for part in text.split("-")]
    return {
        1: lambda: str(parts[0]),
        2: lambda: f"{MONTHS[parts[1] - 1]} {parts[0]}",
        3: lambda: _day(date(*parts)),
    }[len(parts)]()


def missing_from(text: str, plan: CarePlan, surface: str) -> list[str]:
    """Every fact that this surface must carry and does not, by its field and its words."""
    seen = folded(text)
    read = Fact.found_in if surface == "record" else Fact.read_in
    short = IN_SHORT if surface == "card" else {}
    return [
        f"{fact.path}: {fact.words[0]}"
        for fact in facts_of(plan)
        if fact.owed_to(surface) and not read(fact, seen) and short.get(fact.path, "?") not in seen
    ]


def shown_in_spite(text: str, plan: CarePlan, surface: str) -> list[str]:
    """Every fact that this surface must never hold and does.

    Words that another fact may show there ("HbSS"), or of fewer than four letters, prove nothing.
    """
    seen, every = folded(text), facts_of(plan)
    allowed = folded(" | ".join(one.words[0] for one in every if not one.hidden_from(surface)))
    return [
        f"{fact.path}: {fact.words[0]}"
        for fact in every
        if fact.hidden_from(surface)
        and WORDS.fields[fact.path].shown != "status"  # a day that other things happened on too
        and len(fact.words[0]) > 3
        and folded(fact.words[0]) not in allowed
        and fact.found_in(seen)
    ]


MADE = ("id", "unsure", "checked_on", "checked_by", "reported_on")


def typed_in(value: Any) -> Any:
    """What people typed, to compare: without what the service writes, and ticks have no order."""
    if isinstance(value, Mapping):
        return {key: typed_in(one) for key, one in value.items() if key not in MADE}
    if isinstance(value, list):
        found = [typed_in(one) for one in value]
        return sorted(found) if found and isinstance(found[0], str) else found
    return value
