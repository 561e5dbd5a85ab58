"""What departments said of using a plan, in the words of their own buttons, for whoever reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from careplan.acts.replying import Answer
from careplan.web.scan.replying import answers, reasons
from careplan.web.words import _, gettext


@dataclass(frozen=True, slots=True)
class ReplyView:
    """`why` is empty where nobody said."""

    at: datetime
    opened_at: datetime | None
    said: str
    why: str
    door: str
    version: int
    new: bool


def view_of(answer: Answer) -> ReplyView:
    one = answer.reply
    return ReplyView(
        at=one.at,
        opened_at=one.opened_at,
        said=answers(gettext)[one.said],
        why=reasons(gettext)[one.because] if one.because else "",
        door=_doors().get(one.door, ""),
        version=one.version,
        new=answer.new,
    )


def _doors() -> dict[str, str]:
    return {
        "link": _("opened with a card or link"),
        "code": _("opened with a short code"),
        "staff": _("looked up by emergency staff"),
    }
