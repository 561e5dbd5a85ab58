"""The list of commands the application offers.

Each looks after the whole service: that is said here, once for all of them, to the fence around
people's records (`store/fences.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from careplan.keys.errors import WrongKey
from careplan.store.errors import Busy, Full, ReadOnly, Unavailable
from careplan.store.fences import EVERYBODY, within
from careplan.web.commands.audit import export_audit_heads_command, verify_audit_command
from careplan.web.commands.backup import backup_command, drill_command, restore_command
from careplan.web.commands.bringing_in import import_command
from careplan.web.commands.card_keys import rotate_card_key_command
from careplan.web.commands.doctor import doctor_command
from careplan.web.commands.erase import erase_command
from careplan.web.commands.guiding import fhir_package_command
from careplan.web.commands.hospitals import hospital_reports_command, load_hospitals_command
from careplan.web.commands.measuring import load_deprivation_command, measures_command
from careplan.web.commands.moving import export_team_command, import_team_command
from careplan.web.commands.partners import partners_command
from careplan.web.commands.pointing import nrl_check_command, nrl_pointer_command
from careplan.web.commands.purge import purge_command
from careplan.web.commands.rekey import rekey_command
from careplan.web.commands.running import (
    Cannot,
    logins_command,
    migrate_command,
    routes_access_command,
    seed_command,
    work_command,
)
from careplan.web.commands.simulating import simulate_command
from careplan.web.commands.starting import (
    check_registration_command,
    invite_admin_command,
    make_team_command,
    recover_admin_command,
)
from careplan.web.commands.taking_out import export_command, validate_command
from careplan.web.commands.telling import send_notices_command
from careplan.web.here import here

commands = {
    "migrate": migrate_command,
    "seed": seed_command,
    "work": work_command,
    "doctor": doctor_command,
    "logins": logins_command,
    "verify-audit": verify_audit_command,
    "export-audit-heads": export_audit_heads_command,
    "routes-access": routes_access_command,
    "export": export_command,
    "import": import_command,
    "validate": validate_command,
    "fhir-package": fhir_package_command,
    "send-notices": send_notices_command,
    "simulate": simulate_command,
    "measures": measures_command,
    "load-deprivation": load_deprivation_command,
    "make-team": make_team_command,
    "invite-admin": invite_admin_command,
    "check-registration": check_registration_command,
    "recover-admin": recover_admin_command,
    "partners": partners_command,
    "rotate-card-key": rotate_card_key_command,
    "load-hospitals": load_hospitals_command,
    "hospital-reports": hospital_reports_command,
    "export-team": export_team_command,
    "import-team": import_team_command,
    "backup": backup_command,
    "restore": restore_command,
    "drill": drill_command,
    "nrl-pointer": nrl_pointer_command,
    "nrl-check": nrl_check_command,
    "rekey": rekey_command,
    "erase": erase_command,
    "purge": purge_command,
}


def _in_a_sentence(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Settings of another installation, a master key that was taken out too early, a database that
    cannot be used: each is one sentence, and no page of Python."""

    @wraps(callback)
    def run(*words: Any, **options: Any) -> Any:
        try:
            return callback(*words, **options)
        except WrongKey as problem:
            raise Cannot(
                f"MASTER_KEYS does not open what is kept here: {problem}. Nothing was done."
            ) from None
        except (Unavailable, ReadOnly) as problem:
            raise Cannot(f"{problem}. {_what_of_the_database(problem)}") from None

    return run


def _what_of_the_database(problem: Exception) -> str:
    if isinstance(problem, ReadOnly) and here().settings.read_only:
        return "READ_ONLY is on: take it away first."
    if isinstance(problem, Full):
        return "Make room, then do it again."
    if isinstance(problem, Busy):
        return "Do it again in a minute."
    address = urlsplit(here().settings.database_url)
    if address.scheme.startswith("sqlite"):
        file = Path(address.path[1:])
        if not os.path.isdir(file.parent):  # noqa: PTH112 (false where one may not look)
            return f"DATABASE_URL names {file}: make that folder first, for this user."
        return f"DATABASE_URL names {file}: this user must be able to write to it and its folder."
    return "See that the server which DATABASE_URL names runs, and lets this role sign in."


def _for_everybody(found: Iterable[click.Command]) -> None:
    for command in found:
        if isinstance(command, click.Group):
            _for_everybody(command.commands.values())
        elif command.callback is not None:
            command.callback = _in_a_sentence(within(EVERYBODY)(command.callback))


_for_everybody(commands.values())
