"""What nobody well-meaning types, and what people type all the same: drawn from a seed."""

from __future__ import annotations

import random
from typing import Any

CANARY = "canary"
"""An element that only our own input can have put on a page. The strict reader looks for what a
template left undone ({{, %(name)s, None) by itself, so none of that is typed here."""
_MARKUP = (
    f"<{CANARY}>",
    f"</textarea><{CANARY}>",
    f'"><{CANARY} x="',
    f"'><{CANARY} x='",
    f"</script><{CANARY}>",
    f"</title><{CANARY}>",
    f"<!--><{CANARY}>",
    f"]]><{CANARY}>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp; &#60;canary&#62;",
    "{% raw %}#{7*7}",
    "%s %n {0} ${jndi:ldap://x}",
)
_STATEMENTS = ("' OR 1=1 --", '"; DROP TABLE patient; --', "\\'; SELECT 1", "%' LIKE '%", "*", "(")
_BYTES = ("\x00", "a\x00b", "\r\n\r\nSet-Cookie: a=b", "\ud800", "\udfff lone", "\x1b[31m", "\x7f")
_LETTERS = (
    "\u202e\u2066 reversed \u2069",
    "\u200b\u200d\ufeff",
    "Zalgo" + "\u0301" * 60,
    "😀👩🏾‍⚕️🧬",
    "أمينة",
    "Ọláńrewájú",
    "ﬁ½①",
    "I\u0307ıſ",
    "\u2028\u2029",
)
_NUMBERS = (
    *("0", "-1", "1e999", "NaN", "Infinity", "00010", "10.0", "1,5", ".5", "5.", "+3", "٣", "１０"),
    *("9" * 40, "0x10", "1_000", "31", "29", "13", "99", "9999", "10000", "2147483648", "-0"),
)
_WORDS = (
    *("", " ", "\t", "yes", "no", "on", "true", "null", "undefined", "[]", "{}", "../../x"),
    *("agree", "save", "remove-0", "add", "2026-02-30", "30 February 2026", "14/03/1997"),
    *("9990110212", "SCP-AB12-CD34", "morphine 10 mg", "10 mcg", "/account", "//evil.example"),
)
ALL = (_MARKUP, _STATEMENTS, _BYTES, _LETTERS, _NUMBERS, _WORDS)
EXTRA = (
    *("role", "team_id", "patient_id", "signed_by", "registration", "is_staff", "standing"),
    *(
        "second_factor",
        "version",
        "revision",
        "next",
        "account_id",
        "csrf_token",
        "done",
        "__proto__",
    ),
)
"""Fields that a form might be hoped to take."""


def text(chance: random.Random) -> str:
    """Mostly one from a drawer; now and then several, very many, or letters at random."""
    kind = chance.random()
    if kind < 0.75:
        return chance.choice(chance.choice(ALL))
    if kind < 0.85:
        return "".join(chance.choice(chance.choice(ALL)) for _ in range(chance.randint(2, 5)))
    if kind < 0.92:
        return chance.choice(chance.choice(ALL)) * chance.choice((50, 400, 3000))
    return "".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(chance.randint(1, 40)))


def value(chance: random.Random, *, deep: int = 3) -> Any:
    """Any JSON there can be."""
    kind = chance.randrange(9 if deep else 6)
    if kind < 3:
        return text(chance)
    if kind == 3:
        return chance.choice((0, -1, 1, 10**30, 1.5, -0.0, 1e308, 2**53 + 1))
    if kind < 6:
        return chance.choice((None, True, False))
    if kind < 8:
        return [value(chance, deep=deep - 1) for _ in range(chance.randint(0, 4))]
    return {text(chance)[:40]: value(chance, deep=deep - 1) for _ in range(chance.randint(0, 4))}


def bent(chance: random.Random, whole: Any) -> Any:
    """The same JSON with one place of it changed, taken out or doubled."""
    if isinstance(whole, dict) and whole and chance.random() < 0.9:
        name = chance.choice(sorted(whole))
        kind = chance.random()
        if kind < 0.15:
            return {key: kept for key, kept in whole.items() if key != name}
        if kind < 0.3:
            return whole | {chance.choice(EXTRA): value(chance)}
        return whole | {name: bent(chance, whole[name])}
    if isinstance(whole, list) and whole and chance.random() < 0.9:
        at = chance.randrange(len(whole))
        kind = chance.random()
        if kind < 0.15:
            return [*whole[:at], *whole[at + 1 :]]
        if kind < 0.3:
            return [*whole, whole[at]]
        return [*whole[:at], bent(chance, whole[at]), *whole[at + 1 :]]
    return value(chance)
