"""Settings, read from the environment once at the top and handed down as one frozen value.

Each says itself what it is for, and docs/settings.md is made of what they say: a new one is one
`told(…)` below, and `bin/test tests/house/test_settings_table.py --write-docs`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ENVIRONMENTS = ("demo", "test", "production")
_ABOUT = "about"
_LONG_ENOUGH_TO_BE_MISSPELT = 8


class Unsafe(ValueError):
    """These settings must not serve people. The sentence says which, and what to set instead."""


# --- how the text of a variable is read: each takes the variable's name and its text --------------


def text(_name: str, said: str) -> str:
    return said


def switch(_name: str, said: str) -> bool:
    """Only "1" switches on: a door is never opened by a word that was meant as no."""
    return said == "1"


def port(name: str, said: str) -> int:
    if not said.isdecimal() or not 0 < int(said) < 65536:
        raise Unsafe(f"{name} is {said!r}: set it to a number such as 8000.")
    return int(said)


def token(name: str, said: str) -> str:
    """What a program shows instead of signing in: long enough that nobody guesses it."""
    if len(said) < 24:
        raise Unsafe(f"{name} is too short: make one with openssl rand -base64 32.")
    return said


def level(name: str, said: str) -> str:
    if said not in ("info", "warning"):
        raise Unsafe(f"{name} is {said!r}: set it to info or warning.")
    return said


def environment(name: str, said: str) -> str:
    if said not in ENVIRONMENTS:
        raise Unsafe(f"{name} is {said!r}: set it to one of {', '.join(ENVIRONMENTS)}.")
    return said


def key(name: str, said: str) -> bytes:
    """32 bytes in base64."""
    try:
        secret = base64.b64decode(said, validate=True)
    except ValueError:  # binascii's own error is one too
        secret = b""
    if len(secret) != 32:
        raise Unsafe(f"{name} must be 32 bytes in base64: run bin/setup to make one.")
    if len(set(secret)) < 8:
        raise Unsafe(f"{name} is not random: run bin/setup to make one.")
    return secret


def keys(name: str, said: str) -> dict[str, bytes]:
    """ "k1:BASE64,k2:BASE64" """
    secrets: dict[str, bytes] = {}
    for one in filter(None, (part.strip() for part in said.split(","))):
        called, colon, secret = one.partition(":")
        if not called or not colon:
            raise Unsafe(f"{name} must look like k1:BASE64 or k1:BASE64,k2:BASE64.")
        if called in secrets:
            raise Unsafe(f"{name} names {called} twice: one of the two keys would be lost.")
        secrets[called] = key(name, secret)
    if not secrets:
        raise Unsafe(f"{name} is empty: run bin/setup to make one.")
    return secrets


# --- what each is for -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What whoever runs the service reads about one variable, in the table of the documents.

    `needed`: when a production service must set it; `unless_set`: what holds then, in words.
    """

    name: str
    meaning: str
    read: Callable[[str, str], Any] = text
    needed: str = ""
    unless_set: str = ""
    secret: bool = False


def told(name: str, meaning: str, *, default: Any = MISSING, **more: Any) -> Any:
    """A field of `Settings` that documents itself. Without a default it must be set everywhere."""
    about = About(name=name, meaning=meaning, **more)
    return field(default=default, repr=not about.secret, metadata={_ABOUT: about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    environment: str = told(
        "CAREPLAN_ENV",
        "`production`, `demo` (doors without passwords, invented people only) or `test`.",
        read=environment,
        default="production",
    )
    database_url: str = told(
        "DATABASE_URL",
        "Where everything is kept: `sqlite:////path/to/file` or `postgresql://…`.",
        default="sqlite:///var/careplan.sqlite3",
        needed="yes",
        secret=True,
    )
    base_url: str = told(
        "BASE_URL",
        "How people reach the service. It stands in every printed code, so it can never change"
        " afterwards; https in production.",
        needed="yes",
        unless_set="http://127.0.0.1:PORT",
    )
    standby_url: str = told(
        "STANDBY_URL",
        "A PostgreSQL standby of `DATABASE_URL`. Scanned links and short codes go on opening from"
        " it while no database answers that takes writes.",
        default="",
        needed="where there is more than one database",
        secret=True,
    )
    spool: str = told(
        "SPOOL",
        "A folder on this machine’s own disk, for it alone, in which looks are written down while"
        " the database takes no writes. They are told to it afterwards, marked late.",
        default="",
        needed="with `STANDBY_URL` or `READ_ONLY`",
    )
    read_only: bool = told(
        "READ_ONLY",
        "`1` while the service is being looked after: nothing is changed, links still open.",
        read=switch,
        default=False,
    )
    master_keys: Mapping[str, bytes] = told(
        "MASTER_KEYS",
        "The keys that open every person’s own key: `k1:BASE64` or `k1:BASE64,k2:BASE64`, 32"
        " random bytes each. Lose them and every plan is unreadable: keep a copy elsewhere.",
        read=keys,
        needed="yes",
        secret=True,
    )
    master_key_current: str = told(
        "MASTER_KEY_CURRENT",
        "Which of `MASTER_KEYS` new people’s keys are wrapped with.",
        default="",
        unless_set="the first",
    )
    pepper: bytes = told(
        "PEPPER",
        "32 random bytes in base64, beneath every keyed hash and every key of the service itself."
        " It can never change: people, links and codes are found by what it hashes to.",
        read=key,
        needed="yes",
        secret=True,
    )
    backup_key: bytes = told(
        "BACKUP_KEY",
        "32 random bytes in base64 that `backup` seals with and `restore` and `drill` open with."
        " Only those commands need it. Keep a copy where neither the server nor a backup is.",
        read=key,
        default=b"",
        needed="for backups",
        secret=True,
    )
    port: int = told(
        "PORT",
        "Where `bin/run` listens, and what a development `BASE_URL` is made of.",
        read=port,
        default=8000,
    )
    trust_proxy: bool = told(
        "TRUST_PROXY",
        "`1` behind exactly one proxy that sets X-Forwarded-For, -Proto and -Host.",
        read=switch,
        default=False,
        needed="behind a proxy",
    )
    break_glass: bool = told(
        "BREAK_GLASS",
        "`1` opens `/emergency`, at which emergency department staff who sign in look one person"
        " up by NHS number and birth date.",
        read=switch,
        default=False,
    )
    breached_passwords: str = told(
        "BREACHED_PASSWORDS",
        "A file of passwords that leaked elsewhere, in the public form of SHA-1 hashes ordered by"
        " hash. A new password that is in it is turned away; it is searched where it lies.",
        default="",
        unless_set="the 30,000 commonest passwords are turned away",
    )
    brand: str = told(
        "BRAND", "The product’s name on pages and paper.", default="My sickle cell plan"
    )
    security_contact: str = told(
        "SECURITY_CONTACT",
        "Where a weakness is reported, `mailto:…` or `https://…`; shown in security.txt.",
        default="",
        needed="yes",
    )
    metrics_token: str = told(
        "METRICS_TOKEN",
        "Opens `/metrics` to whoever sends it as a bearer token. Without it there is no such page.",
        read=token,
        default="",
        secret=True,
    )
    log_level: str = told(
        "LOG_LEVEL",
        "`info` writes a line for each request, `warning` only of what went wrong.",
        read=level,
        default="warning",
    )
    node: str = told(
        "NODE", "This machine’s name in the log.", default="", unless_set="the host’s own name"
    )
    mail_server: str = told(
        "MAIL_SERVER",
        "The mail server that messages leave by, `smtps://user:secret@host:465`.",
        default="",
        needed="one way for messages: this or `NOTIFY_API_KEY`",
        secret=True,
    )
    mail_from: str = told(
        "MAIL_FROM",
        "The address that messages come from.",
        default="",
        needed="with `MAIL_SERVER`",
    )
    notify_key: str = told(
        "NOTIFY_API_KEY",
        "The key of GOV.UK Notify, where messages leave by it.",
        default="",
        secret=True,
    )
    notify_template: str = told(
        "NOTIFY_TEMPLATE",
        "The id of a Notify template that holds only `((subject))` and `((text))`.",
        default="",
        needed="with `NOTIFY_API_KEY`",
    )
    notify_address: str = told(
        "NOTIFY_ADDRESS", "Another address of Notify’s, for a trial.", default=""
    )

    @property
    def demo(self) -> bool:
        return self.environment == "demo"

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc


BESIDE = (
    About(
        name="DEMO_SECRETS",
        meaning="Written by `bin/setup` beside the secrets it makes for a demonstration; production"
        " refuses to start with it.",
    ),
    About(name="FLASK_DEBUG", meaning="Flask’s own; production refuses to start with it."),
    About(
        name="PROMETHEUS_MULTIPROC_DIR",
        meaning="An empty folder of this machine in which all processes count for `/metrics`."
        " Must be really set (not in `.env`), and emptied before each start.",
        needed="with `METRICS_TOKEN` and more than one process",
    ),
    About(
        name="BIND",
        meaning="Where `ops/start` listens, for the proxy in front: an address and a port.",
        unless_set="127.0.0.1:8000",
    ),
    About(
        name="APP_ROLE",
        meaning="The PostgreSQL role that serves. `migrate` and `restore`, run as the owner of the"
        " tables, grant it exactly what it needs.",
        needed="for `migrate`, on PostgreSQL",
    ),
    About(
        name="WEB_WORKERS",
        meaning="How many processes `bin/run` and `ops/` serve with.",
        unless_set="2",
    ),
    About(
        name="WEB_THREADS", meaning="How many requests each process has at once.", unless_set="4"
    ),
)
"""Variables that are read by others than this file, or only to be refused."""


def abouts() -> dict[str, About]:
    """Every setting by its field's name, in the order of the table."""
    return {one.name: one.metadata[_ABOUT] for one in fields(Settings)}


def default_of(attribute: str) -> Any:
    """MISSING where the variable has to be set."""
    return next(one.default for one in fields(Settings) if one.name == attribute)


# --- reading them ---------------------------------------------------------------------------------


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
    if settings.standby_url and not settings.spool:
        raise Unsafe("STANDBY_URL is set but not SPOOL: say in which folder looks are written.")


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
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    said = (line for line in lines if "=" in line and not line.lstrip().startswith("#"))
    pairs = (line.split("=", 1) for line in said)
    return {name.strip(): value.strip() for name, value in pairs} | dict(environ)
