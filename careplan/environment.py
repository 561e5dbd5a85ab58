"""Settings from the environment: read once at the top; what is misspelt or unsafe is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, replace
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from careplan.settings import BESIDE, Settings, abouts, default_of
from careplan.variables import About, Unsafe

_LONG_ENOUGH_TO_BE_MISSPELT = 8
MOST_WRONG_IN_AN_OUTAGE = 10


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Settings from variables (design 9). Raises Unsafe with one sentence on what to put right.

    A variable that is set to nothing is not set.
    """
    _refuse_misspelt(environ)
    given = {name: said for name, said in environ.items() if said}
    given.setdefault("BASE_URL", f"http://127.0.0.1:{given.get('PORT', default_of('port'))}")
    given["BASE_URL"] = given["BASE_URL"].rstrip("/")
    read = {attribute: _read(given, attribute, about) for attribute, about in abouts().items()}
    settings = Settings(**read)
    current = settings.master_key_current or next(iter(settings.master_keys))
    if current not in settings.master_keys:
        raise Unsafe("MASTER_KEY_CURRENT names a key that MASTER_KEYS does not hold.")
    settings = replace(settings, master_key_current=current)
    _refuse_unsafe(settings, environ)
    return settings


def _read(given: Mapping[str, str], attribute: str, about: About) -> Any:
    if about.name in given:
        return about.read(about.name, given[about.name])
    default = default_of(attribute)
    if default is MISSING:
        raise Unsafe(
            f"{about.name} is not set: run bin/setup, which writes it to .env, or set it yourself."
        )
    return default


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    """READ_ONLI=1 would silently be no setting at all."""
    ours = {about.name for about in (*abouts().values(), *BESIDE)}
    for name in environ.keys() - ours:
        near = get_close_matches(name, ours, 1, 0.9)
        if near and len(name) >= _LONG_ENOUGH_TO_BE_MISSPELT:
            raise Unsafe(f"{name} is no setting: {near[0]} is meant, or take it away.")


def _refuse_unsafe(settings: Settings, environ: Mapping[str, str]) -> None:
    if not _is_web_address(settings.base_url):
        raise Unsafe("BASE_URL must be a web address such as https://plan.example.org.")
    if environ.get("FLASK_DEBUG", "0") not in ("", "0") and settings.environment == "production":
        raise Unsafe("FLASK_DEBUG is on: it shows patients' data to strangers. Unset it.")
    if settings.environment == "production" and not settings.https:
        raise Unsafe(
            "BASE_URL is not https: patients' data would travel in clear. Set an https address."
        )
    if settings.environment == "production" and environ.get("DEMO_SECRETS") == "1":
        raise Unsafe(
            "These are the demonstration's secrets. Make new ones before real people use this."
        )
    _refuse_one_secret_for_two(settings)
    _refuse_half_a_post(settings)
    _refuse_half_a_standby(settings)
    _refuse_half_a_provider(settings)


def _refuse_one_secret_for_two(settings: Settings) -> None:
    """Whoever learns one key must not thereby hold another."""
    held = [(about.name, getattr(settings, one)) for one, about in abouts().items() if about.secret]
    each = [
        (name, one)
        for name, it in held
        for one in (it.values() if name == "MASTER_KEYS" else (it,))
    ]
    for (one, first), (other, second) in combinations(each, 2):
        if first and first == second and isinstance(first, bytes):
            raise Unsafe(f"{other} and {one} must be different secrets.")


def _refuse_half_a_post(settings: Settings) -> None:
    """Messages leave by one way, and that way must be whole."""
    if settings.mail_server and not settings.mail_from:
        raise Unsafe("MAIL_SERVER is set but not MAIL_FROM: say which address messages come from.")
    if settings.notify_key and not settings.notify_template:
        raise Unsafe("NOTIFY_API_KEY is set but not NOTIFY_TEMPLATE: say which template to use.")
    if settings.mail_server and settings.notify_key:
        raise Unsafe("MAIL_SERVER and NOTIFY_API_KEY are both set: messages leave by one way.")


def _refuse_half_a_standby(settings: Settings) -> None:
    """A plan that is read must be written down somewhere."""
    if settings.standby_url and not settings.standby_url.startswith("postgresql"):
        raise Unsafe("STANDBY_URL must be a PostgreSQL database: postgresql://…")
    if settings.outage_wrong_answers > MOST_WRONG_IN_AN_OUTAGE:
        raise Unsafe(
            f"OUTAGE_WRONG_ANSWERS is {settings.outage_wrong_answers}: a link takes at most"
            f" {MOST_WRONG_IN_AN_OUTAGE} in its life, so set it to no more."
        )
    if settings.outage_wrong_answers < settings.nodes:
        raise Unsafe(
            f"OUTAGE_WRONG_ANSWERS is {settings.outage_wrong_answers} and NODES is"
            f" {settings.nodes}: no server could take even one. Set it to NODES or more."
        )
    if settings.standby_url and not settings.spool:
        raise Unsafe("STANDBY_URL is set but not SPOOL: say in which folder looks are written.")


def _refuse_half_a_provider(settings: Settings) -> None:
    """Whoever signs people in is known whole, and spoken to in private."""
    for side, key in (("PATIENT", settings.patient_key), ("STAFF", settings.staff_key)):
        issuer = getattr(settings, f"{side.lower()}_issuer")
        secret = settings.staff_secret if side == "STAFF" else ""
        if not issuer:
            continue
        if settings.environment == "production" and not issuer.startswith("https://"):
            raise Unsafe(f"OIDC_{side}_ISSUER must be an https address.")
        if not getattr(settings, f"{side.lower()}_client_id"):
            raise Unsafe(f"OIDC_{side}_ISSUER is set but not OIDC_{side}_CLIENT_ID.")
        if bool(key) is bool(secret):
            ways = " or OIDC_STAFF_SECRET, one of the two" if side == "STAFF" else ""
            raise Unsafe(f"OIDC_{side}_ISSUER is set: set OIDC_{side}_KEY{ways}.")


def _is_web_address(said: str) -> bool:
    """What can stand before "/s#…" in a QR: nothing after the path, nobody's name in it."""
    try:
        address = urlsplit(said)
    except ValueError:
        return False
    ends = not any((address.query, address.fragment, address.username))
    return said.startswith(("http://", "https://")) and bool(address.hostname) and ends


def with_file(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """The variables of a .env file, where there is one, beneath those really set."""
    try:
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    except OSError as problem:
        raise Unsafe(
            f"{path.name} cannot be read ({problem.strerror}): it must belong to the user that "
            "runs this."
        ) from problem
    except UnicodeDecodeError as problem:
        raise Unsafe(f"{path.name} is not written in UTF-8: write it anew.") from problem
    said = (line for line in lines if "=" in line and not line.lstrip().startswith("#"))
    pairs = (line.split("=", 1) for line in said)
    return {name.strip(): value.strip() for name, value in pairs} | dict(environ)
