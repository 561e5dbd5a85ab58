"""Finds people of one team by part of a name, a birth date or an NHS number, over hashes alone.

What this leaks to somebody with the database: which people of one team share a word, a beginning
of a word or a birthday with each other, and how many words each has; not which words. Each team
has hashes of its own, so nothing can be compared across teams. With the pepper as well, names can
be guessed one by one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, exists, insert, select

from careplan.sharing.birth_dates import read_birth_date
from careplan.store.db import Transaction
from careplan.store.tables import search_word

SHORTEST, LONGEST = 2, 12
_MOST_WORDS = 6
_MOST_IN_A_DATE = 5
_HASH_SIZE = 16
_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc\u2018`\u00b4")

_FORGET = delete(search_word).where(search_word.c.patient_id == bindparam("of_patient"))
_REMEMBER = insert(search_word)


def words_of(text: str) -> list[str]:
    """Folded words: no case, no accents, no apostrophes, so that Zoë is found by "zoe"."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    kept = (char for char in plain if unicodedata.category(char) != "Mn")
    return "".join(char if char.isalnum() else " " for char in kept).split()


def beginnings(word: str) -> set[str]:
    """Every beginning of 2 to 12 letters; a name of a single letter is its own."""
    return {word[:size] for size in range(SHORTEST, min(len(word), LONGEST) + 1)} or {word}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBy:
    """What a member of the team may type to find somebody."""

    names: tuple[str, ...]
    born: date | None
    numbers: tuple[str, ...]


def remember_words(
    tx: Transaction, *, patient_id: UUID, team_id: UUID | None, found_by: FoundBy
) -> None:
    """Made anew whenever the face or the team changes. Without a team nobody searches."""
    tx.run(_FORGET, {"of_patient": patient_id})
    if team_id is None:
        return
    parts = {b for name in found_by.names for word in words_of(name) for b in beginnings(word)}
    terms = {f"word:{part}" for part in parts} | {_number(text) for text in found_by.numbers}
    if found_by.born is not None:
        terms.add(f"born:{found_by.born.isoformat()}")
    rows = [
        {"patient_id": patient_id, "team_id": team_id, "hash": _hash(tx, team_id, term)}
        for term in sorted(terms)
    ]
    if rows:
        tx.run(_REMEMBER, rows)


def matching(
    tx: Transaction, team_id: UUID, text: str, *, today: date
) -> tuple[Select[Any], dict[str, Any]] | None:
    """A selection of the ids of the people who have every part of the text; None for no text."""
    groups = _terms(text, today)[:_MOST_WORDS]
    if not groups:
        return None
    values: dict[str, Any] = {"searched_team": team_id}
    for number, group in enumerate(groups):
        values[f"any_{number}"] = [_hash(tx, team_id, term) for term in group]
    return _selection(len(groups)), values


@cache
def _selection(groups: int) -> Select[Any]:
    first = search_word.alias()
    found = select(first.c.patient_id).where(
        first.c.team_id == bindparam("searched_team"),
        first.c.hash.in_(bindparam("any_0", expanding=True)),
    )
    for number in range(1, groups):
        other = search_word.alias()
        found = found.where(
            exists().where(
                other.c.patient_id == first.c.patient_id,
                other.c.team_id == bindparam("searched_team"),
                other.c.hash.in_(bindparam(f"any_{number}", expanding=True)),
            )
        )
    return found.distinct()


def _terms(text: str, today: date) -> list[list[str]]:
    """Each part of what was typed, with the ways in which it may be meant.

    A date or a number may be spread over several words, with names before and after. What few
    people share comes first: the database looks through the people of the first part.
    """
    figures: list[list[str]] = []
    names: list[list[str]] = []
    parts = text.split()
    while parts:
        size = _size_of_figure(parts, today)
        piece, parts = " ".join(parts[: size or 1]), parts[size or 1 :]
        if size:
            figures.append([*_dates(piece, today), _number(piece)])
        else:
            names.extend([f"word:{word[:LONGEST]}"] for word in words_of(piece))
    return figures + sorted(names, key=lambda group: -len(group[0]))


def _size_of_figure(parts: list[str], today: date) -> int:
    """How many of the first words are one date or number together; none if they are a name."""
    for size in range(min(len(parts), _MOST_IN_A_DATE), 1, -1):
        piece = " ".join(parts[:size])
        if _dates(piece, today) or _is_nhs_number(piece):
            return size
    return 1 if any(char.isdecimal() for char in parts[0]) else 0


def _dates(text: str, today: date) -> list[str]:
    days = read_birth_date(text, latest=today)
    return [f"born:{day.isoformat()}" for day in sorted(days)]


def _is_nhs_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]{10}", re.sub(r"[\s-]", "", text)) is not None


def _number(text: str) -> str:
    return "number:" + "".join(words_of(text))


def _hash(tx: Transaction, team_id: UUID, term: str) -> bytes:
    return tx.hash(f"search:{team_id}", term)[:_HASH_SIZE]
