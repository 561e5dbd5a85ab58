"""The command for other systems' tools: fhir-package."""

from __future__ import annotations

from pathlib import Path

import click

from careplan.fhir.definitions import NotSetUp
from careplan.fhir.package import build
from careplan.fhir.snapshots import Contradiction
from careplan.web.commands.running import Cannot


@click.command("fhir-package")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def fhir_package_command(out: Path) -> None:
    """Write our FHIR profiles as a package (.tgz) that validators and other systems load.

    It holds each profile with its snapshot, made from FHIR R4's own definitions, and the examples.
    """
    try:
        packed = build()
    except (NotSetUp, Contradiction) as problem:
        raise Cannot(str(problem)) from None
    try:
        out.write_bytes(packed)
    except OSError as problem:
        raise Cannot(f"{out} could not be written: {problem.strerror}.") from None
    click.echo(f"{len(packed)} bytes written to {out}.")
