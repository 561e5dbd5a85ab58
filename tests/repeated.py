"""What comes out the same whenever the same goes in, worked out once in a run.

Most tests of acts and pages begin with the same plan, so the same sheets were laid out hundreds of
times, each a second's work. Whoever tests the laying out itself (tests/render) goes without this.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from os import getpid
from pathlib import Path
from threading import get_ident
from typing import Any

import zopfli.zlib

from careplan.keys import health_cards
from careplan.render import press

_LAY_OUT = press._set
_PACK = zopfli.zlib.compress
_SHEETS = 96


class Shelf:
    """Where all workers of a run put what they worked out: nowhere, until there is a folder."""

    def __init__(self) -> None:
        self.folder: Path | None = None

    def once(self, name: str, work: Callable[[], bytes]) -> bytes:
        if self.folder is None:
            return work()
        place = self.folder / name
        if not place.exists():
            # Somebody else may be at the same work: whoever comes last puts the same there.
            half = place.with_suffix(f".{getpid()}-{get_ident()}")
            half.write_bytes(work())
            half.replace(place)
        return place.read_bytes()


SHELF = Shelf()


@dataclass(frozen=True)
class Page:
    """All that is asked of a page laid out: where its named elements start."""

    anchors: dict[str, Sequence[float]]


@dataclass
class Sheets:
    """A document, laid out only when nobody has done that before, with what was drawn of it."""

    html: str = field(repr=False)
    style: str
    laid: Any = None

    @property
    def name(self) -> str:
        return sha256(f"{self.style}\n{self.html}".encode()).hexdigest()

    @property
    def document(self) -> Any:
        self.laid = self.laid or _LAY_OUT(self.html, self.style)
        return self.laid

    @property
    def pages(self) -> list[Page]:
        def places() -> bytes:
            return json.dumps([page.anchors for page in self.document.pages]).encode()

        return [Page(one) for one in json.loads(SHELF.once(f"{self.name}.pages", places))]

    def write_pdf(self, **how: Any) -> bytes:
        told = sha256(repr(sorted(how.items())).encode()).hexdigest()[:8]
        return SHELF.once(f"{self.name}-{told}.pdf", lambda: bytes(self.document.write_pdf(**how)))


_kept: OrderedDict[tuple[str, str], Sheets] = OrderedDict()


def _once(html: str, style: str) -> Sheets:
    """Called under the lock that lets one thread at a time lay out."""
    name = (html, style)
    if name not in _kept:
        _kept[name] = Sheets(html, style)
    _kept.move_to_end(name)
    if len(_kept) > _SHEETS:
        _kept.popitem(last=False)
    return _kept[name]


@lru_cache(maxsize=4_000)
def _packed(plain: bytes, **how: Any) -> bytes:
    told = sha256(repr(sorted(how.items())).encode() + plain).hexdigest()
    return SHELF.once(f"{told}.packed", lambda: bytes(_PACK(plain, **how)))


def keep() -> None:
    """From now on."""
    press._set = _once
    _pack_with(_packed)


@contextmanager
def anew() -> Iterator[None]:
    """For tests of the work itself, which must be done each time."""
    press._set = _LAY_OUT
    _pack_with(_PACK)
    yield
    keep()


def _pack_with(pack: Callable[..., bytes]) -> None:
    zopfli.zlib.compress = pack
    for one in (health_cards.letters_of, health_cards.packed):
        (one.__kwdefaults__ or {})["pack"] = pack
