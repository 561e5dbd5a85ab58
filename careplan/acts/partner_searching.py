"""A partner searches plans: a page in a few statements, each person on it told of the look."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.partners import Partner, Purpose
from careplan.acts.partner_reading import event_of, parts_of
from careplan.acts.world import World
from careplan.fhir.rest import Part, plan_id, referred_to, whose
from careplan.fhir.rest_less import less
from careplan.fhir.rest_search import Search
from careplan.keys.errors import Tampered
from careplan.keys.tokens import from_b64url, to_b64url
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.shown import After, Shown, Wanted, count, page, people_between, people_by
from careplan.store.trail import append_all

_CURSOR = "fhir page"


class NotACursor(ValueError):
    """Not one of ours, or another client's."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the page before ended, and of which search: sealed, so that a client can neither read
    nor change it, nor use another's."""

    asked: tuple[tuple[str, str], ...]
    after: After


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `total` where only the number was asked for."""

    matches: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    following: str | None = None
    total: int | None = None


def search_plans(
    world: World, *, partner: Partner, asked: Search, after: After | None, at: datetime
) -> Found:
    """Whoever this partner may not see is in no page and in no number."""
    with world.store.begin() as tx:
        wanted = _wanted(world, tx, partner, asked)
        if asked.only_counts:
            return Found((), total=count(tx, partner, wanted))
        kept = page(tx, partner, wanted, after=after, most=asked.count + 1)
        shown = kept[: asked.count]
        append_all(tx, [event_of(partner, one, "found", at) for one in shown])
    matches, beside = _parts(partner, asked, shown)
    more = len(kept) > len(shown)
    return Found(matches, beside, _sealed(world, partner, asked, shown[-1]) if more else None)


def _wanted(world: World, tx: Transaction, partner: Partner, asked: Search) -> Wanted:
    """Each kind of number is looked up once, whether or not anybody has it."""
    people = [frozenset(_ids(values)) for values in asked.patients]
    for values in asked.plans:
        ranges = [whose(one) for one in values]
        found = people_between(tx, [(one.low, one.high) for one in ranges])
        people.append(frozenset(one for one in found if plan_id(one) in values))
    for kind, lists in (
        (Finds.NHS_NUMBER, asked.nhs_numbers),
        (Finds.PLAN_NUMBER, asked.plan_numbers),
    ):
        people += [people_by(tx, kind, values) for values in lists]
    shut = partner.purpose is Purpose.EMERGENCY and not world.break_glass
    return Wanted(
        people=frozenset.intersection(*people) if people else None,
        updated=asked.updated,
        due=asked.due,
        nothing=asked.nothing or shut,
    )


def _ids(values: Iterable[str]) -> Iterator[UUID]:
    """What is no id of ours is nobody's."""
    for one in values:
        try:
            found = UUID(one)
        except ValueError:
            continue
        if str(found) == one:
            yield found


def _parts(
    partner: Partner, asked: Search, shown: Iterable[Shown]
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    matches, beside = [], {}
    for one in shown:
        parts, identity = parts_of(one), plan_id(one.patient_id)
        whole = parts.one("CarePlan", identity)
        if whole is None:
            raise LookupError("a published document without its plan")
        body = less(whole.body, summary=asked.summary, elements=asked.elements)
        matches.append(replace(whole, body=body))
        for other in referred_to(whole.body, asked.includes):
            found = parts.by_id(other)
            # What the token does not allow to be read is not read this way either.
            if found is not None and partner.scopes.allow(found.kind, "r"):
                beside[found.kind, found.identity] = found
    return tuple(matches), tuple(beside.values())


# --- pages -------------------------------------------------------------------------------------


def _sealed(world: World, partner: Partner, asked: Search, last: Shown) -> str:
    said = {
        "client": str(partner.partner_id),
        "asked": asked.used,
        "at": last.published_at.isoformat(),
        "person": str(last.patient_id),
    }
    return to_b64url(world.store.keyring.lend(_CURSOR, json.dumps(said).encode()))


def read_cursor(world: World, *, partner: Partner, text: str) -> Cursor:
    """Raises NotACursor."""
    try:
        said = json.loads(world.store.keyring.take_again(_CURSOR, from_b64url(text)))
    except (ValueError, Tampered):
        raise NotACursor from None
    if said["client"] != str(partner.partner_id):
        raise NotACursor
    asked = tuple((name, value) for name, value in said["asked"])
    return Cursor(asked, After(datetime.fromisoformat(said["at"]), UUID(said["person"])))
