"""The heads of every chain as a file that people can read and nobody can change unseen.

Lines of JSON: one about the file, one for each chain in the order of their names, and a last one
with the counts, a SHA-256 over all before it and our signature on that. Written and read a line at
a time, however many chains there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol

from careplan.audit.chain import Head
from careplan.audit.heads import ChainHead
from careplan.keys.keyring import Keyring
from careplan.keys.signing import is_signed, public_part, sign
from careplan.keys.tokens import from_b64url, to_b64url

_FORM = "audit heads 1"
_LONGEST_LINE = 512


class NotHeads(ValueError):
    """This file is none of ours, or is not as we wrote it; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Summed:
    """How much a file speaks of."""

    chains: int
    events: int


# --- out -------------------------------------------------------------------------------------


class Takes(Protocol):
    def write(self, data: bytes, /) -> object: ...


def write_heads(
    sink: Takes, heads: Iterable[ChainHead], keyring: Keyring, *, service: str, at: datetime
) -> Summed:
    whole = hashlib.sha256()
    chains = events = 0
    about = {"form": _FORM, "made": at.isoformat(), "service": service}
    for line in _before_last(about, heads):
        whole.update(line.written)
        sink.write(line.written)
        chains += line.chains
        events += line.events
    last = {
        "chains": chains,
        "events": events,
        "sha256": whole.hexdigest(),
        "key": to_b64url(public_part(keyring, _FORM)),
        "signature": to_b64url(sign(keyring, _FORM, whole.digest())),
    }
    sink.write(_line(last))
    return Summed(chains, events)


@dataclass(frozen=True, slots=True)
class _Line:
    written: bytes
    chains: int = 0
    events: int = 0


def _before_last(about: Mapping[str, Any], heads: Iterable[ChainHead]) -> Iterator[_Line]:
    yield _Line(_line(about))
    for one in heads:
        sequence, digest = one.head.sequence, one.head.digest.hex()
        said = {"chain": one.chain, "sequence": sequence, "digest": digest}
        yield _Line(_line(said), 1, sequence)


def _line(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


# --- and back --------------------------------------------------------------------------------


def read_heads(file: IO[bytes], keyring: Keyring) -> Iterator[ChainHead]:
    """Every head of a file. Raises NotHeads, which for a changed file may be only at its end: go
    through it once (`check`) before anything is believed."""
    file.seek(0)
    whole = hashlib.sha256()
    lines = _lines(file)
    first = next(lines, b"")
    if _said(first, 1).get("form") != _FORM:
        raise NotHeads("it is not a file of audit heads")
    whole.update(first)
    chains = events = 0
    last = ""
    for number, line in enumerate(lines, start=2):
        said = _said(line, number)
        if "chain" not in said:
            _must_be_ours(said, Summed(chains, events), whole.digest(), keyring)
            if next(lines, None) is not None:
                raise NotHeads("something was added behind its last line")
            return
        one = _head(said, number)
        if one.chain <= last:
            raise NotHeads(f"line {number} is not in its place")
        whole.update(line)
        chains, events, last = chains + 1, events + one.head.sequence, one.chain
        yield one
    raise NotHeads("its end is missing")


def check(file: IO[bytes], keyring: Keyring) -> Summed:
    """What it holds, once all of it has been read and found as it was written. Raises NotHeads."""
    chains = events = 0
    for one in read_heads(file, keyring):
        chains, events = chains + 1, events + one.head.sequence
    return Summed(chains, events)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE):
        yield line


def _said(line: bytes, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not line.endswith(b"\n"):
        raise NotHeads(f"line {number} cannot be read")
    return said


def _head(said: Mapping[str, Any], number: int) -> ChainHead:
    try:
        chain, sequence = said["chain"], said["sequence"]
        digest = bytes.fromhex(said["digest"])
    except (KeyError, TypeError, ValueError):
        raise NotHeads(f"line {number} cannot be read") from None
    if not isinstance(chain, str) or type(sequence) is not int:
        raise NotHeads(f"line {number} cannot be read")
    return ChainHead(chain, Head(sequence, digest))


def _must_be_ours(said: Mapping[str, Any], found: Summed, digest: bytes, keyring: Keyring) -> None:
    if said.get("sha256") != digest.hex():
        raise NotHeads("it was changed after it was written")
    if (said.get("chains"), said.get("events")) != (found.chains, found.events):
        raise NotHeads("its last line was changed")
    try:
        signature = from_b64url(str(said.get("signature")))
    except ValueError:
        signature = b""
    if not is_signed(keyring, _FORM, digest, signature):
        raise NotHeads("this service did not sign it: it was changed, or PEPPER is another one's")
