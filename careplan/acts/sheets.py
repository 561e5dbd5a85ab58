"""A version as printed sheets, to be measured before it is published and printed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from careplan.acts.cards import SignedCard
from careplan.acts.sharing import Shared
from careplan.acts.world import World, london_day
from careplan.plan.care_plan import Version
from careplan.plan.lifecycle import Tone, standing
from careplan.plan.safety import age_on
from careplan.render.card import FullCard, PrivateCard, measure_full_card, measure_private_card
from careplan.render.copies import CopySheet, Look, body_of, school_fits
from careplan.render.offline import OfflineCode
from careplan.render.paper import Sheet, measure
from careplan.sharing.links import OPENINGS, Kind, Link, State
from careplan.summary.ambulance import ambulance
from careplan.summary.copies import Copy, copy_words
from careplan.summary.emergency import summarise
from careplan.summary.gp import gp_copy
from careplan.summary.narrative import narrative, narrative_of
from careplan.summary.school import school_page
from careplan.summary.today import notices_on
from careplan.summary.wording import day

LAYOUT = "11"
"""Raise it when the print style changes, so that kept papers are made anew."""
_ANY_CODE = "0" * 11
_LONGEST_NOTICE = "REVIEW OVERDUE. " + "Review was due on 23 September 2026. " * 3
"""Of the notices that may stand on a paper one day: it must have room for them from the first."""
LONGEST_LINK = 250
"""What the QR of a link may hold at most (P11): the room a measured sheet leaves for it."""


def page_sheet(
    world: World, version: Version, *, narrative: str, at: datetime, link: Shared | None
) -> Sheet:
    """The A4 page. `link` is for paper only: a PDF sent through a link holds no QR, key or code."""
    today = london_day(at)
    identity = version.plan.identity
    age = age_on(identity.date_of_birth, today)
    return Sheet(
        narrative=narrative,
        name=identity.legal_name or version.plan.about_me.known_as or "",
        plan_number=version.plan_number,
        version_number=version.number,
        printed_at=at,
        host=_host(world),
        link=link.address if link else None,
        short_code=link.code if link else None,
        age=f"{age} years" if age is not None else None,
        title=world.words_of(version).condition["page_title"],
        notices=_notices(world, version, today),
    )


def offline_code(world: World, version: Version, card: SignedCard | None) -> OfflineCode:
    """What a full print says of its signed card; None where the plan is too long for one.

    Nobody measures it before a signature: on paper it always finds room.
    """
    return OfflineCode(
        card=card.digits if card else None,
        name=version.plan.identity.legal_name or version.plan.about_me.known_as or "",
        version_number=version.number,
        host=_host(world),
        left_out=card.left_out if card else (),
        review_due=card.review_due if card else None,
        good_until=card.good_until if card else None,
    )


def _notices(world: World, version: Version, today: date) -> tuple[str, ...]:
    """What is true on this day only, outside the document (design 1.8)."""
    chip, words = standing(version, today), world.words_of(version)
    told = () if chip.tone is Tone.OK else (f"{chip.label}. {chip.words}",)
    return told + notices_on(today, version, words, world.drugs_for(version.condition))


def lay_out_all(world: World, version: Version, *, narrative: str, at: datetime) -> None:
    """Every paper of this version with the most that can stand on it: what fits now fits whenever
    it is printed. Raises DoesNotFit, naming the text, before anybody signs or publishes."""
    address = f"{world.base_url}/s#shlink:/".ljust(LONGEST_LINK, "x")
    bare = page_sheet(world, version, narrative=narrative, at=at, link=None)
    notices = (*bare.notices, _LONGEST_NOTICE)
    measure(replace(bare, link=address, short_code=_ANY_CODE, notices=notices))
    for kind in (Kind.FULL_PRINT, Kind.PRIVATE_PRINT):
        facts = Link(id="", kind=kind, opening=OPENINGS[kind][0], created_at=at)
        link = Shared(facts, State.LIVE, address, _ANY_CODE)
        if kind is Kind.FULL_PRINT:
            measure_full_card(full_card_sheet(world, version, at=at, link=link))
        else:
            measure_private_card(private_card_sheet(world, version, link=link, named=True))
    # A notice that will stand on it one day must have room too; the other copies take more pages.
    sheet, page = school_sheet(world, version, at=at)
    school_fits(replace(sheet, notices=(_LONGEST_NOTICE,)), page)


def large_sheet(world: World, version: Version, *, at: datetime, link: Shared | None) -> CopySheet:
    """The emergency page in large print, in its own order; as many pages as it takes."""
    title = copy_words(world.words_of(version)).say("text.title")
    body = narrative(version, world.words_of(version))
    return replace(_copy(world, version, Look.LARGE, title, body, at), **_code(link))


def ambulance_sheet(
    world: World, version: Version, *, at: datetime, link: Shared | None
) -> CopySheet:
    title = copy_words(world.words_of(version)).say("ambulance.title")
    body = narrative_of(ambulance(version, world.words_of(version)))
    return replace(_copy(world, version, Look.AMBULANCE, title, body, at), **_code(link))


def school_sheet(world: World, version: Version, *, at: datetime) -> tuple[CopySheet, Copy]:
    """The page for school, and what stands on it; no link, for a link opens the emergency page."""
    page = school_page(version, world.words_of(version), world.drugs_for(version.condition))
    return _of_copy(world, version, Look.SCHOOL, page, at), page


def gp_sheet(world: World, version: Version, *, at: datetime) -> CopySheet:
    return _of_copy(world, version, Look.GP, gp_copy(version, world.words_of(version)), at)


def _of_copy(world: World, version: Version, look: Look, copy: Copy, at: datetime) -> CopySheet:
    sheet = _copy(world, version, look, copy.title, body_of(copy.blocks), at)
    return replace(sheet, lead=copy.lead, after=copy.after)


def _copy(
    world: World, version: Version, look: Look, title: str, body: str, at: datetime
) -> CopySheet:
    chip = standing(version, london_day(at))
    return CopySheet(
        look=look,
        title=title,
        name=version.plan.identity.legal_name or version.plan.about_me.known_as or "",
        body=body,
        plan_number=version.plan_number,
        version_number=version.number,
        printed_at=at,
        host=_host(world),
        notices=() if chip.tone is Tone.OK else (f"{chip.label}. {chip.words}",),
    )


def _code(link: Shared | None) -> dict[str, Any]:
    return {"link": link.address, "short_code": link.code} if link else {}


def full_card_sheet(world: World, version: Version, *, at: datetime, link: Shared) -> FullCard:
    return FullCard(
        summary=summarise(version, world.words_of(version)),
        link=link.address,
        short_code=link.code,
        host=_host(world),
        copy=f"Version {version.number}, printed {day(at)}",
        title=world.words_of(version).condition["card_title"],
    )


def private_card_sheet(world: World, version: Version, *, link: Shared, named: bool) -> PrivateCard:
    """`named`: with the name the person likes to be called by, if they said one."""
    return PrivateCard(
        link=link.address,
        short_code=link.code,
        host=_host(world),
        opening=link.link.opening,
        phone=version.plan.care_team.phone_24h,
        first_name=version.plan.about_me.known_as if named else None,
    )


def _host(world: World) -> str:
    return urlsplit(world.base_url).netloc
