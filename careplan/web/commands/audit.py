"""Commands that read the trail from end to end, and carry away what it is compared with later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from careplan.acts.exporting import NoSuchPerson
from careplan.acts.heads_file import NotHeads
from careplan.acts.witnessing import Against, compare, compare_one, export_heads
from careplan.audit.heads import Judged, Verdict
from careplan.store.chains import BrokenChain, verify_all
from careplan.store.errors import CannotKeep, ReadOnly, Unavailable
from careplan.web.commands.backup_file import ToFile
from careplan.web.commands.moving_file import BadFile
from careplan.web.commands.running import Cannot
from careplan.web.here import here

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SAID = {
    Verdict.CUT_SHORT: "events are gone from its end, from number {at} on",
    Verdict.ALTERED: "it is not what it was, at number {at} or before",
    Verdict.MISSING: "the whole chain is gone",
}


class Unusable(Cannot):
    """What was handed in cannot be compared with: nothing is said of the trail."""

    exit_code = 2


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except NotHeads as problem:
        raise Unusable(f"the file of heads is no use: {problem}. Nothing was compared.") from None
    except NoSuchPerson:
        raise Unusable("nobody has this number, and no chain this name.") from None
    except BadFile as problem:
        raise Unusable(str(problem)) from None
    except (Unavailable, ReadOnly, CannotKeep) as problem:
        raise Cannot(f"{problem}.") from None
    except OSError as problem:
        raise Unusable(f"the file could not be read or written: {problem.strerror}.") from None


@click.command("export-audit-heads")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@with_appcontext
def export_audit_heads_command(out: Path) -> None:
    """Write where each audit chain ends to a signed file, to keep where this database's owner
    cannot reach it.

    Nobody's name is in it. verify-audit --against FILE then shows what was cut or rewritten since.
    """
    with _in_words(), closing(ToFile(out)) as sink:
        made = export_heads(here().world, sink, at=here().now())
    click.echo(
        f"{made.chains:,} chains, {made.events:,} events, written to {out}.\nSHA-256 {sink.digest}"
    )


@click.command("verify-audit")
@click.option("--against", type=_FILE, help="Heads that were exported: was anything cut since?")
@click.option("--since", type=_FILE, help="The same, reading only what came after them.")
@click.option("--person", help="One chain: an NHS number, plan number or chain's name.")
@click.option("--each", is_flag=True, help="Name every chain, and not only those with trouble.")
@with_appcontext
def verify_audit_command(
    *, against: Path | None, since: Path | None, person: str | None, each: bool
) -> None:
    """Read every audit chain and say whether any row was changed, removed or added.

    Exit code 1: the trail is not as it was. 2: the file or number cannot be used.
    """
    if against is not None and since is not None:
        raise Unusable("say --against or --since: the second reads less of the same.")
    file = against or since
    with _in_words():
        if file is None and person is None:
            _every_chain_holds()
        elif file is None:
            _tell(_Told(each=True), compare_one(here().world, str(person), None))
        else:
            with file.open("rb") as opened:
                _compared(Against(opened, since=since is not None), person, each=each)


def _every_chain_holds() -> None:
    with here().world.store.read() as tx:
        found = verify_all(tx)
    if isinstance(found, BrokenChain):
        raise Cannot(f"chain {found.chain} is broken: {found.broken}")
    click.echo(f"Every chain holds: {found.chains} chains, {found.events} events.")


def _compared(against: Against, person: str | None, *, each: bool) -> None:
    if person is not None:
        _tell(_Told(each=True), compare_one(here().world, person, against))
        return
    told = _Told(each=each)
    compare(here().world, against, tell=told)
    _end(told)


class _Told:
    """Says each chain that is to be said, and counts them all."""

    def __init__(self, *, each: bool) -> None:
        self._each = each
        self.counted: Counter[Verdict] = Counter()
        self.events = 0

    def __call__(self, one: Judged) -> None:
        self.counted[one.verdict] += 1
        self.events += one.events
        if one.trouble:
            click.echo(f"{one.chain}: {one.verdict}: {_SAID[one.verdict].format(at=one.at)}")
        elif self._each:
            click.echo(f"{one.chain}: {one.verdict}")


def _tell(told: _Told, one: Judged) -> None:
    told(one)
    _end(told)


def _end(told: _Told) -> None:
    counts: list[Any] = [f"{told.counted[one]:,} {one}" for one in Verdict if told.counted[one]]
    click.echo(f"Chains: {', '.join(counts) or 'none'}. Events read: {told.events:,}.")
    if any(told.counted[one] for one in _SAID):
        raise Cannot("the trail is not as it was: see the lines above, and keep this database.")
