"""Wallet cards: two sides of 85 x 54 mm on a sheet to cut and fold, full or private."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from careplan.render.offline import OfflineCode, panel, too_long_for_a_card
from careplan.render.paper import DoesNotFit
from careplan.render.press import Laid, frames, lay_out
from careplan.render.qr import qr_svg
from careplan.sharing.links import Opening
from careplan.sharing.short_codes import shown
from careplan.summary.blocks import Block, EmergencySummary, Fact, Kind, Look, Part
from careplan.summary.narrative import fragment, phone

QR_MM = 30.0
_ROOM = (54 - 2) * 96 / 25.4
"""CSS pixels from the top of a side to where the last 2 mm begin, which stay white."""
_SIZES = (8.5, 8.0, 7.5, 7.0)
"""Points; nothing on a card is smaller than 7."""
_BACK = (*("genotype", "cured", "allergies", "other", "dose", "noflags", "flags", "signed"),)
_QUESTIONS = {
    Opening.CARD: "nothing",
    Opening.DATE_OF_BIRTH: "the person’s date of birth",
    Opening.PASSCODE: "a passcode, which the person or their family knows",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCard:
    """Anyone who finds it can read it; its link opens with the card alone.

    `copy` says which copy it is: "Version 3, printed 23 November 2026".
    """

    summary: EmergencySummary
    link: str
    short_code: str
    host: str
    copy: str
    title: str = "Emergency card"
    offline: OfflineCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateCard:
    """No date of birth, age, NHS number or clinical fact; its link asks for an answer."""

    link: str
    short_code: str
    host: str
    opening: Opening
    phone: str | None
    first_name: str | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """The sheet, and which blocks the card had no room for; the card names them too."""

    pdf: bytes
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sides:
    """The sheet's frame with both sides filled, each at its own size of type. No link, no QR."""

    title: str
    warning: str
    bar: str
    link: str
    short_code: str
    front: Markup
    back: Markup
    under: Markup
    sizes: tuple[float, float] = (_SIZES[0], _SIZES[0])
    panel: tuple[Markup, float] | None = None
    no_code: str = ""

    def lay_out(self) -> Laid:
        qr = qr_svg(self.link, mm=QR_MM, title="QR code") if self.link else ""
        html = frames().get_template("card.html").render(
            _=str,
            title=self.title,
            warning=self.warning,
            bar=self.bar,
            code=shown(self.short_code),
            qr=Markup(qr),  # noqa: S704 - our own drawing
            front=self.front,
            back=self.back,
            under=self.under,
            sizes=self.sizes,
            panel=self.panel,
            no_code=self.no_code,
        )  # fmt: skip
        return lay_out(html, style="card.css")


def full_card(card: FullCard) -> Printed:
    """Every dose it shows is whole, at 7 pt or more.

    Raises DoesNotFit when even the first dose has no room, TooSmall when the link is too long.
    """
    laid, left_out = _laid_full(card)
    return Printed(laid.pdf(), left_out)


def measure_full_card(card: FullCard) -> None:
    """Raises as printing it would. Call it before signing.

    Whether it can be printed at all is asked of the shortest back there is, in the smallest type:
    how much more has room is found out only when it is printed.
    """
    say, sides = _front_of(card)
    shortest = _back(sides, card.summary, say, _droppable(card.summary))
    alone = replace(shortest, front=Markup(), under=Markup(), link="")
    if _fits(replace(alone, sizes=(_SIZES[-1], _SIZES[-1])).lay_out(), "two"):
        return
    if _fullest(sides, card.summary, say)[0] is None:
        raise DoesNotFit(_longest(card.summary))


def measure_private_card(card: PrivateCard) -> None:
    """Raises as printing it would."""
    _laid_private(card)


def _laid_full(card: FullCard) -> tuple[Laid, tuple[str, ...]]:
    say, sides = _front_of(card)
    fullest, dropped = _fullest(sides, card.summary, say)
    if fullest is None:
        raise DoesNotFit(_longest(card.summary))
    whole = _with_panel(fullest, card.offline)
    return whole.lay_out(), tuple(say.names[key] for key in dropped)


def _with_panel(sides: _Sides, code: OfflineCode | None) -> _Sides:
    """Put on last: both sides are measured without it, and it always fits."""
    if code is None:
        return sides
    if code.card is None:
        return replace(sides, no_code=too_long_for_a_card())
    return replace(sides, panel=panel(code))


def _front_of(card: FullCard) -> tuple[Any, _Sides]:
    """The card's words, and its sides with the front in the largest type that fits."""
    say: Any = frames().get_template("card-full.html").make_module({"_": str})
    who, phone24 = _needed(card.summary, "who"), _needed(card.summary, "phone24")
    number = Markup(fragment(phone24))  # noqa: S704 - our own markup
    front = say.front(Markup(fragment(who)), number)  # noqa: S704
    sides = _Sides(
        title=card.title,
        warning="Anyone who finds this card can read it, and its code opens the plan.",
        bar=card.summary.alarm,
        link=card.link,
        short_code=card.short_code,
        front=Markup(front),  # noqa: S704
        back=Markup(),
        under=Markup(say.under(card.host, card.copy)),  # noqa: S704
    )
    return say, _set_front(sides, who)


def _droppable(summary: EmergencySummary) -> list[str]:
    """What may be left out of this card, in the order in which it is."""
    return [step for step in _SHORTER if _without(summary, (step,)) != _without(summary, ())]


def _back(sides: _Sides, summary: EmergencySummary, say: Any, dropped: Sequence[str]) -> _Sides:
    left_out = tuple(say.names[key] for key in dropped)
    parts = [fragment(block) for block in _without(summary, tuple(dropped))]
    back = Markup("".join([*parts, say.left_out(left_out)]))  # noqa: S704 - our own markup
    return replace(sides, back=back)


def _fullest(
    sides: _Sides, summary: EmergencySummary, say: Any
) -> tuple[_Sides | None, tuple[str, ...]]:
    """As much on the back as fits: what is left out first comes back if its place is free after."""

    def tried(dropped: tuple[str, ...]) -> _Sides | None:
        return _largest(_back(sides, summary, say, dropped))

    steps = _droppable(summary)
    for last in range(len(steps) + 1):
        dropped = tuple(steps[:last])
        fits = tried(dropped)
        if fits is None:
            continue
        for key in reversed(dropped[:-1]):
            fewer = tuple(one for one in dropped if one != key)
            fits, dropped = (again, fewer) if (again := tried(fewer)) else (fits, dropped)
        return fits, dropped
    return None, ()


def _largest(sides: _Sides) -> _Sides | None:
    """The back in the largest type it fits in; the smallest is tried first, for it decides.

    It is tried alone: the front, with its QR, takes most of the time.
    """
    found, alone = None, replace(sides, front=Markup(), under=Markup(), link="")
    for size in reversed(_SIZES):
        sizes = (sides.sizes[0], size)
        if not _fits(replace(alone, sizes=sizes).lay_out(), "two"):
            break
        found = replace(sides, sizes=sizes)
    return found


def private_card(card: PrivateCard) -> Printed:
    """QR, code, number and, if wanted, a first name. Raises as the full card does."""
    return Printed(_laid_private(card).pdf())


def _laid_private(card: PrivateCard) -> Laid:
    say: Any = frames().get_template("card-private.html").make_module({"_": str})
    number = phone(card.phone) if card.phone else None
    sides = _Sides(
        title="Private emergency card",
        warning="This card tells nobody what you live with.",
        bar="EMERGENCY PLAN",
        link=card.link,
        short_code=card.short_code,
        front=Markup(say.front(card.first_name, number, card.host)),  # noqa: S704 - escaped there
        back=Markup(say.back(_QUESTIONS[card.opening], card.host, number)),  # noqa: S704
        under=Markup(""),
    )
    for size in _SIZES:
        laid = replace(sides, sizes=(size, size)).lay_out()
        if _fits(laid, "one") and _fits(laid, "two"):
            return laid
    raise DoesNotFit(f"private card: {card.first_name or ''} {card.phone or ''} {card.host}")


def _set_front(sides: _Sides, who: Block) -> _Sides:
    for size in _SIZES:
        tried = replace(sides, sizes=(size, size))
        if _fits(tried.lay_out(), "one"):
            return tried
    raise DoesNotFit(f"wallet card: {' '.join(fact.text for fact in who.facts)}")


def _fits(laid: Laid, side: str) -> bool:
    start, end = laid.place(side), laid.place(f"{side}-end")
    if laid.pages != 1 or start is None or end is None:
        return False
    return end[1] - start[1] <= _ROOM


def _second_gone(block: Block) -> Block | None:
    return None if block.look == "dose second" else block


_SHORTER: Mapping[str, Callable[[Block], Block | None]] = {
    "answer": lambda one: _brief(one, keep=1) if one.id == "signed" else one,
    "second": _second_gone,
    "flags": lambda one: _brief(one) if one.id in ("flags", "cured") else one,
    "reactions": lambda one: _brief(one) if one.id == "allergies" else one,
    "signer": lambda one: _brief(one, kind=Kind.TEXT) if one.id == "signed" else one,
}
"""What a reader can best wait for, first. The first dose, the allergens and the flags themselves
are never left out."""


def _without(summary: EmergencySummary, dropped: tuple[str, ...]) -> list[Block]:
    blocks = [_signature_only(one) for one in summary.blocks if one.look.split()[0] in _BACK]
    for key in dropped:
        blocks = [made for one in blocks if (made := _SHORTER[key](one)) is not None]
    return blocks


def _brief(block: Block, *, keep: int = 0, kind: Kind = Kind.STRONG) -> Block:
    """Each fact after the first `keep` without its details, where it has a brief form."""
    shorter = (_shortened(one, kind) for one in block.facts[keep:])
    return replace(block, facts=(*block.facts[:keep], *shorter))


def _shortened(fact: Fact, kind: Kind) -> Fact:
    if not fact.brief or fact.brief == fact.text:
        return fact
    return replace(fact, parts=(Part(fact.brief, kind),))


def _signature_only(block: Block) -> Block:
    """The signature without the advice lines, which the card gives in its own words."""
    if block.id != "signed":
        return block
    return replace(block, facts=tuple(one for one in block.facts if one.look is not Look.SMALL))


def _needed(summary: EmergencySummary, name: str) -> Block:
    block = summary.block(name)
    if block is None:
        raise ValueError(f"a summary always has its block {name!r}")
    return block


def _longest(summary: EmergencySummary) -> str:
    front = [block for block in summary.blocks if block.look.split()[0] in _BACK]
    texts = [" ".join(fact.text for fact in block.facts) for block in front]
    longest = max(range(len(front)), key=lambda index: len(texts[index]))
    return f"wallet card, {front[longest].heading}: {texts[longest]}"
