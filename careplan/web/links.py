"""Links in plain words, for the person's own pages and for the desk: the same words in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from careplan.acts.watching import Alert, Happened, Held
from careplan.audit.events import AuditEvent, sentence
from careplan.audit.events import Kind as Deed
from careplan.audit.kinds import PHRASES
from careplan.sharing.links import Kind, Link, Opening, State
from careplan.summary.wording import moment
from careplan.web.words import _, ngettext

OPENED = (Deed.LINK_OPENED, Deed.SHORT_CODE_OPENED)


@dataclass(frozen=True, slots=True)
class LinkView:
    """`tone` only repeats the chip's words; `state` is a sentence, empty while it works."""

    id: str
    name: str
    kind: Kind
    on: str
    chip: str
    tone: str
    state: str
    opens: str
    asks: str
    ends: str
    opened: str
    works: bool


def view_of(held: Held) -> LinkView:
    chip, tone, says = _states()[held.state]
    link = held.link
    return LinkView(
        id=link.id,
        name=link.label or kind_words(link.kind),
        kind=link.kind,
        on=on_words(held),
        chip=chip,
        tone=tone,
        state=says,
        opens=opens_words(link),
        asks=_asks(link),
        ends=ends_words(link) if held.works else "",
        opened=opened_words(link.views, held.kept.last_view_at),
        works=held.works,
    )


def kind_words(kind: Kind) -> str:
    return {
        Kind.FULL_PRINT: _("Full page or card"),
        Kind.PRIVATE_PRINT: _("Private card"),
        Kind.MESSAGE: _("Link to send"),
        Kind.APP: _("Link for an app"),
    }[kind]


def on_words(held: Held) -> str:
    """What carries it."""
    if held.link.kind is Kind.PRIVATE_PRINT and held.kept.pictured_at is not None:
        return _("On your private card and your lock-screen picture.")
    return {
        Kind.FULL_PRINT: _("On your full page and your full card."),
        Kind.PRIVATE_PRINT: _("On your private card."),
        Kind.MESSAGE: _("A link you send to somebody."),
        Kind.APP: _("For a health app or another record."),
    }[held.link.kind]


def opens_words(link: Link) -> str:
    if link.kind is Kind.FULL_PRINT:
        return _("Opens with the card alone. Its short code asks for your date of birth.")
    if link.opening is Opening.CARD:
        return _("Opens with the link alone.")
    if link.opening is Opening.DATE_OF_BIRTH:
        return _("Asks for your date of birth each time.")
    return _("Asks for the passcode you chose each time.")


def _asks(link: Link) -> str:
    """The same for the desk, which is not spoken to as the person is."""
    if link.kind is Kind.FULL_PRINT:
        return _("Opens with the card alone; its short code asks for the date of birth.")
    if link.opening is Opening.CARD:
        return _("Opens with the link alone.")
    if link.opening is Opening.DATE_OF_BIRTH:
        return _("Asks for the date of birth each time.")
    return _("Asks for a passcode each time.")


def ends_words(link: Link) -> str:
    said = []
    if link.expires_at is not None:
        said.append(_("Works until %(when)s.", when=moment(link.expires_at)))
    if link.max_views is not None:
        most = ngettext(
            "Can be opened %(num)s time.", "Can be opened %(num)s times.", link.max_views
        )
        said.append(most % {"num": link.max_views})
    return " ".join(said) or _("Has no end date.")


def opened_words(views: int, last: datetime | None) -> str:
    if not views:
        return _("Nobody has opened it yet.")
    times = ngettext("Opened %(num)s time.", "Opened %(num)s times.", views) % {"num": views}
    return f"{times} {_('Last on %(when)s.', when=moment(last))}" if last else times


def stranger_words(link: Link) -> str:
    """What somebody sees who was never meant to have it."""
    return {
        Kind.FULL_PRINT: _(
            "A stranger who finds it can read what it says. Its code opens your emergency page."
        ),
        Kind.PRIVATE_PRINT: _(
            "A stranger who finds it sees a code, your 24-hour number, and your first name if "
            "you left it on. To see more they must type the answer."
        ),
        Kind.MESSAGE: _(
            "A stranger who gets it sees a question, and nothing about you. To see more they "
            "must type the answer."
        ),
        Kind.APP: _(
            "A stranger who gets it can open your emergency page until it ends. Give it to one "
            "app, and to nobody else."
        ),
    }[link.kind]


def _states() -> Mapping[State, tuple[str, str, str]]:
    return {
        State.LIVE: (_("Works"), "ok", ""),
        State.LOCKED: (
            _("Locked"),
            "stop",
            _("Locked: too many wrong answers. Make a new one in its place."),
        ),
        State.REVOKED: (_("Turned off"), "off", _("You turned it off.")),
        State.REPLACED: (_("Replaced"), "off", _("A new one took its place.")),
        State.EXPIRED: (_("Ended"), "off", _("Its time is over.")),
        State.USED_UP: (_("Used up"), "off", _("It has been opened as often as it may.")),
    }


# --- warnings --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertView:
    link_id: str
    kind: Kind
    title: str
    says: str
    what_to_do: str


def alert_view(alert: Alert) -> AlertView:
    """Neutral: it may have been a tired nurse. Whoever reads along on the front page does not
    learn the name that the person gave the link."""
    return _alert(alert, _its_kind(alert.link.kind))


def alert_at_desk(alert: Alert) -> AlertView:
    return _alert(alert, _("the link: %(kind)s", kind=kind_words(alert.link.kind)))


def _alert(alert: Alert, name: str) -> AlertView:
    tries = ngettext("%(num)s wrong answer", "%(num)s wrong answers", alert.tries)
    said = {"name": name, "tries": tries % {"num": alert.tries}, "when": moment(alert.at)}
    if alert.closed and alert.still_opens:
        title = _("The short code on %(name)s is locked", **said)
        says = _("There were %(tries)s, the last on %(when)s. The square code still works.", **said)
    elif alert.closed:
        title = _("Locked: %(name)s", **said)
        says = _("There were %(tries)s, the last on %(when)s. It opens for nobody now.", **said)
    else:
        title = _("Somebody gave %(tries)s at %(name)s", **said)
        says = _("That was on %(when)s. A wrong answer shows nothing of the plan.", **said)
    return AlertView(alert.link.id, alert.link.kind, title, says, _what_to_do(alert))


def _its_kind(kind: Kind) -> str:
    return {
        Kind.FULL_PRINT: _("your full card"),
        Kind.PRIVATE_PRINT: _("your private card"),
        Kind.MESSAGE: _("a link you sent"),
        Kind.APP: _("a link for an app"),
    }[kind]


def _what_to_do(alert: Alert) -> str:
    if alert.closed:
        return _("Make a new one. Every copy of the old one then stops working.")
    return _(
        "It may be a slip: then you need do nothing. If it worries you, make a new one. Every "
        "copy of the old one then stops working."
    )


# --- what happened at one link ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoryLine:
    """`opened`: somebody saw the plan, which the person may not have expected."""

    at: datetime
    text: str
    claim: str
    opened: bool


def story_line(happened: Happened, link: Link) -> StoryLine:
    """An opening in a few short sentences; anything else as the trail says it."""
    event = happened.event
    if happened.times > 1:
        name = event.actor.name
        whose = _("Somebody who gave the name “%(name)s”", name=name) if name else _("Somebody")
        said = {"who": whose, "number": happened.times, "when": moment(happened.since)}
        text = _("%(who)s gave %(number)s wrong answers, the first on %(when)s.", **said)
        return StoryLine(event.at, text, "", opened=False)
    if event.kind not in OPENED:
        return StoryLine(event.at, sentence(event), "", opened=False)
    text = f"{_('Opened')} {_how(event, link)}."
    if "version" in event.what:
        text += " " + _("They saw version %(number)s.", number=event.what["version"])
    if "late" in event.what:
        text += " " + _(PHRASES["late"][event.what["late"]])
    if event.actor.name:
        claim = _("They said they were “%(name)s”. We do not check that.", name=event.actor.name)
    else:
        claim = _("They did not say who they were.")
    return StoryLine(event.at, text, claim, opened=True)


def _how(event: AuditEvent, link: Link) -> str:
    how = event.what.get("how", "")
    if event.kind is Deed.SHORT_CODE_OPENED:
        if how == Opening.PASSCODE:
            return _("with the short code, your passcode and your date of birth")
        return _("with the short code and your date of birth")
    if how == Opening.DATE_OF_BIRTH:
        return _("with your date of birth")
    if how == Opening.PASSCODE:
        return _("with your passcode")
    return _("with the card alone") if link.kind is Kind.FULL_PRINT else _("with the link alone")
