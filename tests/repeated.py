"""What comes out the same whenever the same goes in, worked out once in each worker.

Most tests of acts and pages begin with the same plan, so the same sheets were laid out hundreds of
times, each a second's work. Whoever tests the laying out itself (tests/render) goes without this.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import zopfli.zlib

from careplan.keys import health_cards
from careplan.render import press

_LAY_OUT = press._set
_PACK = zopfli.zlib.compress
_SHEETS = 96


@dataclass
class Sheets:
    """A document laid out, with what was drawn of it."""

    document: Any
    drawn: dict[tuple[tuple[str, Any], ...], bytes] = field(default_factory=dict)

    @property
    def pages(self) -> list[Any]:
        return list(self.document.pages)

    def write_pdf(self, **how: Any) -> bytes:
        key = tuple(sorted(how.items()))
        if key not in self.drawn:
            self.drawn[key] = self.document.write_pdf(**how)
        return self.drawn[key]


_kept: OrderedDict[tuple[str, str], Sheets] = OrderedDict()


def _once(html: str, style: str) -> Sheets:
    """Called under the lock that lets one thread at a time lay out."""
    name = (html, style)
    if name not in _kept:
        _kept[name] = Sheets(_LAY_OUT(html, style))
    _kept.move_to_end(name)
    if len(_kept) > _SHEETS:
        _kept.popitem(last=False)
    return _kept[name]


@lru_cache(maxsize=4_000)
def _packed(plain: bytes, **how: Any) -> bytes:
    return bytes(_PACK(plain, **how))


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
