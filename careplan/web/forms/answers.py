"""One answer: raw text of a question's controls to a plan value, or the sentence that says what
is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from careplan.accounts.registration import EXAMPLES, Body, NotARegistrationNumber, read_registration
from careplan.plan.values import nhs_number
from careplan.web.forms import dates, numbers, parts
from careplan.web.forms.questions import Question
from careplan.web.forms.text import Refused, clean, fits, line, refuse
from careplan.web.words import _

Raw = Mapping[str, Sequence[str]]
"""The raw values of one question, by the ending of each control ("", "-day", …)."""

_PHONE = re.compile(r"\+?[0-9() .\-/]{4,40}( ?(ext|x|extension)\.? ?[0-9]{1,6})?", re.IGNORECASE)
_ODS = re.compile(r"[A-Z0-9]{3,10}")


@dataclass(frozen=True, slots=True)
class Got:
    """`value` is None when blank. `wrong`: a sentence per control ending.
    `ask`: "are you sure?".
    """

    value: Any = None
    wrong: Mapping[str, str] | None = None
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question
    raw: Raw
    today: date


def parse(question: Question, raw: Raw, today: date) -> Got:
    """Never raises for anything a person or a machine may send."""
    try:
        return _KINDS[question.kind](Asked(question, raw, today))
    except Refused as refused:
        return Got(wrong={question.endings[0]: str(refused)})
    except dates.WrongDate as wrong:
        return Got(wrong={wrong.box: wrong.sentence})


def single(raw: Raw) -> dict[str, str]:
    """The last value of each control, as a browser that sends one gives it."""
    return {ending: (values[-1] if values else "") for ending, values in raw.items()}


def _only(raw: Raw) -> str:
    return single(raw).get("", "")


def _line(asked: Asked) -> Got:
    return Got(line(_only(asked.raw), asked.question.field.max) or None)


def _text(asked: Asked) -> Got:
    return Got(fits(clean(_only(asked.raw)), asked.question.field.max) or None)


def _phone(asked: Asked) -> Got:
    text = line(_only(asked.raw))
    digits = sum(letter.isdecimal() for letter in text)
    if text and not (_PHONE.fullmatch(text) and digits >= 6):
        refuse(_("Write a phone number with all its digits, like 020 7946 0100."))
    return Got(text or None)


def _number(asked: Asked) -> Got:
    value = numbers.number(_only(asked.raw), asked.question.field)
    return Got(
        value, ask=None if value is None else numbers.unusual(str(value), asked.question.field)
    )


def _decimal(asked: Asked) -> Got:
    value = numbers.decimal(_only(asked.raw), asked.question.field)
    return Got(value, ask=None if value is None else numbers.unusual(value, asked.question.field))


def _date(asked: Asked) -> Got:
    return Got(dates.whole_date(single(asked.raw), asked.question.field, asked.today))


def _partial_date(asked: Asked) -> Got:
    return Got(dates.partial_date(single(asked.raw), asked.question.field, asked.today))


def _yes_no(asked: Asked) -> Got:
    picked = _only(asked.raw).strip()
    if picked not in ("", "yes", "no"):
        refuse(_("Choose yes or no."))
    return Got({"yes": True, "no": False}.get(picked))


def _choice(asked: Asked) -> Got:
    picked = _only(asked.raw).strip()
    if picked and picked not in {option.code for option in asked.question.options}:
        refuse(_("Choose one of the answers in the list."))
    return Got(picked or None)


def _choices(asked: Asked) -> Got:
    """In the order they came, each once."""
    picked = [value.strip() for value in asked.raw.get("", ()) if value.strip()]
    if asked.question.in_order and len({*picked}) < len(picked):
        refuse(_("You chose the same answer twice. Change one of them."))
    if set(picked) - {option.code for option in asked.question.options}:
        refuse(_("Choose from the answers in the list."))
    if len(picked) > 1 and set(picked) & set(asked.question.exclusive):
        refuse(_("One of your answers says there are none. Untick it, or untick the others."))
    return Got(list(dict.fromkeys(picked)) or None)


def _dose(asked: Asked) -> Got:
    value, wrong = parts.dose(single(asked.raw))
    return Got(value, wrong=wrong or None)


def _interval(asked: Asked) -> Got:
    value, wrong = parts.interval(single(asked.raw), asked.question.field)
    return Got(value, wrong=wrong or None)


def _reading(asked: Asked) -> Got:
    given = single(asked.raw)
    on = _on(asked, given)
    try:
        value = numbers.decimal(given.get("-value", ""), asked.question.field)
    except Refused as refused:
        return Got(wrong={"-value": str(refused)})
    if value is None:
        return Got() if on is None else Got(wrong={"-value": _("Write the value too.")})
    if on is None:
        return Got({"value": value}, ask=_no_date())
    return Got({"value": value, "on": on}, ask=numbers.unusual(value, asked.question.field))


def _pressure(asked: Asked) -> Got:
    given = single(asked.raw)
    on = _on(asked, given)
    both = {ending: given.get(ending, "") for ending in ("-systolic", "-diastolic")}
    if not any(text.strip() for text in both.values()):
        return Got() if on is None else Got(wrong={"-systolic": _("Write the value too.")})
    value, wrong = parts.pressure(both)
    if value is None:
        return Got(wrong=wrong)
    if on is None:
        return Got(value, ask=_no_date())
    return Got(
        value | {"on": on}, ask=numbers.unusual(str(value["systolic"]), asked.question.field)
    )


def _on(asked: Asked, given: Mapping[str, str]) -> str | None:
    """A measured value's date is never in the future."""
    found = dates.whole_date(given, asked.question.field, asked.today)
    if found is not None and found > asked.today.isoformat():
        raise dates.WrongDate("-year", _("This date is in the future. Check the year."))
    return found


def _no_date() -> str:
    return _("This value has no date. Is the date not known?")


def _nhs_number(asked: Asked) -> Got:
    text = line(_only(asked.raw))
    found = nhs_number(text) if text else None
    if text and found is None:
        refuse(_("Check the NHS number. It has 10 digits, like 999 123 4560."))
    return Got(found)


def _ods(asked: Asked) -> Got:
    text = line(_only(asked.raw)).upper()
    if text and not _ODS.fullmatch(text):
        refuse(_("Write the code as letters and numbers only, like Y99001."))
    return Got(text or None)


def _registration(asked: Asked) -> Got:
    text = line(_only(asked.raw), 40)
    if not text:
        return Got()
    try:
        return Got(str(read_registration(text)))
    except NotARegistrationNumber:
        refuse(
            _(
                "Write the body and the number, like %(one)s or %(other)s.",
                one=f"{Body.GMC} {EXAMPLES[Body.GMC]}",
                other=f"{Body.NMC} {EXAMPLES[Body.NMC]}",
            )
        )


_KINDS: Mapping[str, Callable[[Asked], Got]] = {
    "line": _line,
    "text": _text,
    "phone": _phone,
    "number": _number,
    "decimal": _decimal,
    "date": _date,
    "partial_date": _partial_date,
    "yes_no": _yes_no,
    "answer3": _choice,
    "choice": _choice,
    "choices": _choices,
    "dose": _dose,
    "interval": _interval,
    "reading": _reading,
    "blood_pressure": _pressure,
    "nhs_number": _nhs_number,
    "ods": _ods,
    "registration": _registration,
}
