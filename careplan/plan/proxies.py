"""What a carer sees of somebody's plan, and which of its sections they may write.

A carer is let in to help, not to look in: never what others left of themselves (addresses, phone
numbers, notes), what the person keeps to themself, or what a young person has a right to alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from careplan.plan.care_plan import OWN_WORDS, SECTIONS, CarePlan, Version
from careplan.plan.life import HardTimes, Pregnancy
from careplan.plan.medicines import Medicines, MyMedicines
from careplan.plan.voice import Contact, MyPeople

HIDDEN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "about_me": frozenset({"phone", "address", "postcode"}),
        "hard_times": frozenset({"mental_health"}),
    }
)
"""Fields no carer sees or writes, inside sections they may see."""

NOT_A_CARERS = frozenset(
    {"my_people", "hard_times", "pregnancy", "child_words", "growing_up", "visibility"}
)
"""Own words that only the person writes. A child's own page is filled in by the child."""

WRITTEN = tuple(name for name in OWN_WORDS if name not in NOT_A_CARERS)
"""The sections a carer who was let in to write may write."""

_TELLING = 4
"""Letters of a name, at least, that may stand for a longer one."""


def for_a_carer(plan: CarePlan) -> CarePlan:
    """The plan as any carer of the person may see it."""
    about = replace(plan.about_me, phone=None, address=None, postcode=None)
    return (
        plan.with_section("about_me", about)
        .with_section("my_people", _names_only(plan.my_people))
        .with_section("hard_times", _if_shared(plan.hard_times))
        .with_section("pregnancy", Pregnancy())
        .with_section("medicines", _not_private(plan.medicines))
        .with_section("my_medicines", _not_named(plan.my_medicines, plan.medicines))
    )


def version_for_a_carer(version: Version) -> Version:
    """One version so; who wrote a section that is not shown is not shown either."""
    plan = for_a_carer(version.plan)
    shown = tuple(
        one for one in version.contributions if plan.section(one.section) != SECTIONS[one.section]()
    )
    return replace(version, plan=plan, contributions=shown)


def body_for_a_carer(
    section: str, body: Mapping[str, Any], private: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """A section being written, as a carer's page may show it. `private`: see `private_drugs`."""
    hidden = HIDDEN.get(section, frozenset())
    kept = dict(body)
    for part in ("plain", "typed"):
        known = body.get(part, {})
        kept[part] = {
            name: value for name, value in known.items() if name.split("-")[0] not in hidden
        }
    unseen = {one["id"] for one in _private_entries(section, body, private)}
    if unseen:
        entries = kept["plain"]["entries"]
        kept["plain"]["entries"] = [one for one in entries if one["id"] not in unseen]
        about = tuple(f"entries-{one}-" for one in unseen)
        typed = kept["typed"].items()
        kept["typed"] = {name: text for name, text in typed if not name.startswith(about)}
    return kept


def with_hidden(
    section: str,
    body: Mapping[str, Any],
    before: Mapping[str, Any],
    private: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """What a carer saved, with the fields and entries they never saw as they were."""
    shown, whole = body_for_a_carer(section, body), dict(before)
    for part in ("plain", "typed"):
        known = whole.get(part, {})
        seen = body_for_a_carer(section, whole, private)[part]
        kept = {name: value for name, value in known.items() if name not in seen}
        shown[part] = {**kept, **shown[part]}
    unseen = _private_entries(section, before, private)
    if unseen:
        ids = {one["id"] for one in unseen}
        mine = [one for one in shown["plain"].get("entries", []) if one["id"] not in ids]
        shown["plain"]["entries"] = [*mine, *unseen]
    return shown


def private_drugs(checked: Medicines) -> frozenset[str]:
    """The names of what the person keeps from whoever helps: in no list of theirs either."""
    named = (_folded(one.drug) for one in checked.entries if one.keep_private is True)
    return frozenset(filter(None, named))


def _private_entries(
    section: str, body: Mapping[str, Any], private: frozenset[str]
) -> list[dict[str, Any]]:
    if section != "my_medicines":
        return []
    entries = body.get("plain", {}).get("entries", [])
    return [one for one in entries if _is_one_of(one.get("drug"), private)]


def _is_one_of(drug: str | None, private: frozenset[str]) -> bool:
    """ "Sertraline" is "sertraline 50 mg tablets" too: each list is written by another hand."""
    name = _folded(drug)
    return any(one in name or (len(name) >= _TELLING and name in one) for one in private)


def _folded(drug: str | None) -> str:
    return " ".join((drug or "").casefold().split())


def _names_only(people: MyPeople) -> MyPeople:
    """Who there is to ring, for whoever needs to know that somebody is; not how."""
    contacts = tuple(Contact(one.id, one.name, one.relation) for one in people.contacts)
    return MyPeople(contacts=contacts)


def _if_shared(times: HardTimes) -> HardTimes:
    """Shown when the person has ticked that strangers in an emergency may read it."""
    if times.show_in_ed is not True:
        return HardTimes()
    return replace(times, mental_health=None)


def _not_private(medicines: Medicines) -> Medicines:
    shown = tuple(one for one in medicines.entries if one.keep_private is not True)
    return replace(medicines, entries=shown)


def _not_named(mine: MyMedicines, checked: Medicines) -> MyMedicines:
    """Nor in the list the person wrote, when the same medicine is kept private in the team's."""
    private = private_drugs(checked)
    shown = tuple(one for one in mine.entries if not _is_one_of(one.drug, private))
    return replace(mine, entries=shown)
