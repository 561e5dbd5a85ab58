"""Where somebody goes once we know who they are: where they wanted, if that is a page of ours."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from flask import request, url_for

from careplan.accounts.people import CARE_TEAM, Role, Who
from careplan.accounts.permissions import may_break_glass
from careplan.acts.signing_in import needs_second_factor
from careplan.web.here import here

LONGEST = 500


def wanted() -> str | None:
    """The `next` of this request, if it is a path of our own; anything else is ignored."""
    address = request.values.get("next", "")
    return address if is_own_path(address) else None


def is_own_path(address: str) -> bool:
    """A browser reads `//host`, `/\\host` and some control characters as another site."""
    if len(address) > LONGEST or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return False
    if any(unicodedata.category(char)[0] == "C" or char.isspace() for char in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and "\\" not in address


def first_page(who: Who) -> str:
    """The first page of somebody's own part of the site; staff give their second factor first."""
    if needs_second_factor(who):
        return url_for("account.second_step")
    if who.roles & CARE_TEAM:
        return url_for("team.people")
    if here().settings.break_glass and may_break_glass(who):
        return url_for("emergency.ask")
    if Role.PATIENT in who.roles:
        return url_for("patient.home")
    if Role.CARER in who.roles:
        return url_for("carer.choose")
    return url_for("account.home")
