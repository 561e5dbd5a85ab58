"""Taking along everything that is kept about oneself: one file, made in memory and kept nowhere.

It is the most telling file there is, so its owner shows again who they are, and it holds nothing
with which a finder could open more than what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_see_who_looked
from careplan.acts.everything_parts import LEFT_OUT, PARTS, Asked
from careplan.acts.own_sessions import must_be_sure
from careplan.acts.papers import page_of
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.store.counters import count_in
from careplan.store.trail import append
from careplan.store.versions import current_version
from careplan.summary.wording import LONDON, moment

MOST = 5
"""A day, for one person: it is work for the computer, and nobody needs a sixth."""
_DAY = timedelta(days=1)
_PAGE = "your-plan.pdf"
_PAGE_WORDS = "Your newest plan as a page to print. It has no code on it."
README = "README.txt"


class TooOften(ValueError):
    """They have taken it along several times today."""


def everything(world: World, *, by: Who, token: str, patient_id: UUID, at: datetime) -> bytes:
    """A zip. Written down before it is made: a copy that nobody wrote down must not exist.

    Raises NotSure, TooOften.
    """
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        allowed_patient(tx, by, patient_id, may_see_who_looked)
        if count_in(tx, f"everything:{patient_id}", window=_DAY, at=at) > MOST:
            raise TooOften
        append(tx, AuditEvent(Kind.EVERYTHING_TAKEN, at, actor(by), str(patient_id)))
        asked = Asked(world, tx, patient_id, UUID(by.account_id), at)
        files = [file for part in PARTS for file in part.files(asked)]
        newest = current_version(tx, patient_id)
    if newest is not None:
        page = page_of(world, from_bundle(newest.record), at=at, link=None)
        files.insert(0, (_PAGE, page))
    names = [name for name, _body in files]
    return _zipped([(README, _read_me(names, at).encode()), *files], at)


def _read_me(names: Iterable[str], at: datetime) -> str:
    """Every file by its name, and in plain words what is in none and why."""
    there = tuple(names)

    def line(name: str, words: str) -> str:
        found = ", ".join(one for one in there if one.startswith(name))
        return f"{found}\n  {words}" if found else f"({name})\n  {words} There is none of this."

    lines = [line(_PAGE, _PAGE_WORDS), *(line(one.name, one.words) for one in PARTS)]
    drafts = (
        "What your team is still writing. It is not checked and not signed, and a dose in it may "
        "be wrong. Ask your team."
    )
    return "\n".join(
        (
            "EVERYTHING THAT “MY SICKLE CELL PLAN” KEEPS ABOUT YOU",
            f"Made on {moment(at)}.",
            "",
            "Whoever has this file can read all of it. Keep it where only you can.",
            "It gets old: the plan that counts is the one on your card or your link.",
            "Times in files that end in .json are in UTC. Such a file opens in any text program.",
            "",
            "WHAT IS IN IT",
            "",
            "\n\n".join(lines),
            "",
            "WHAT IS NOT IN IT, AND WHY",
            "",
            "\n\n".join((drafts, *LEFT_OUT)),
            "",
            "Your hospital’s own notes about you are not in this service. Ask your hospital.",
            "",
        )
    )


def _zipped(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    made = BytesIO()
    here = at.astimezone(LONDON)
    when = (here.year, here.month, here.day, here.hour, here.minute, here.second)
    with ZipFile(made, "w", ZIP_DEFLATED) as packed:
        for name, body in files:
            info = ZipInfo(name, when)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            packed.writestr(info, body)
    return made.getvalue()
