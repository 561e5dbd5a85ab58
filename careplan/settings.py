"""Settings, read from the environment once at the top and handed down as one frozen value."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("demo", "test", "production")


class Unsafe(ValueError):
    """These settings must not serve people. The sentence says which, and what to set instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url` is how people reach us: it stands in every QR. Keys are 32 bytes each.

    `break_glass` opens the door at which emergency department staff who sign in look somebody up.
    """

    environment: str
    database_url: str
    base_url: str
    master_keys: Mapping[str, bytes] = field(repr=False)
    master_key_current: str
    pepper: bytes = field(repr=False)
    port: int = 8000
    trust_proxy: bool = False
    break_glass: bool = False
    brand: str = "My sickle cell plan"
    security_contact: str = ""
    mail_server: str = field(default="", repr=False)
    mail_from: str = ""
    notify_key: str = field(default="", repr=False)
    notify_template: str = ""
    notify_address: str = ""

    @property
    def demo(self) -> bool:
        return self.environment == "demo"

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Settings from variables (design 9). Raises Unsafe with one sentence on what to put right."""
    environment = environ.get("CAREPLAN_ENV", "production")
    if environment not in ENVIRONMENTS:
        raise Unsafe(
            f"CAREPLAN_ENV is {environment!r}: set it to one of {', '.join(ENVIRONMENTS)}."
        )
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Unsafe(f"PORT is {port!r}: set it to a number such as 8000.")
    keys = _master_keys(_needed(environ, "MASTER_KEYS"))
    current = environ.get("MASTER_KEY_CURRENT") or next(iter(keys))
    if current not in keys:
        raise Unsafe("MASTER_KEY_CURRENT names a key that MASTER_KEYS does not hold.")
    settings = Settings(
        environment=environment,
        database_url=environ.get("DATABASE_URL") or "sqlite:///var/careplan.sqlite3",
        base_url=(environ.get("BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        master_keys=keys,
        master_key_current=current,
        pepper=_key("PEPPER", _needed(environ, "PEPPER")),
        port=int(port),
        trust_proxy=environ.get("TRUST_PROXY") == "1",
        break_glass=environ.get("BREAK_GLASS") == "1",
        brand=environ.get("BRAND") or "My sickle cell plan",
        security_contact=environ.get("SECURITY_CONTACT", ""),
        mail_server=environ.get("MAIL_SERVER", ""),
        mail_from=environ.get("MAIL_FROM", ""),
        notify_key=environ.get("NOTIFY_API_KEY", ""),
        notify_template=environ.get("NOTIFY_TEMPLATE", ""),
        notify_address=environ.get("NOTIFY_ADDRESS", ""),
    )
    _refuse_unsafe(settings, environ)
    return settings


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
    if settings.pepper in settings.master_keys.values():
        raise Unsafe("PEPPER and MASTER_KEYS must be different secrets.")
    _refuse_half_a_post(settings)


def _refuse_half_a_post(settings: Settings) -> None:
    """Messages leave by one way, and that way must be whole."""
    if settings.mail_server and not settings.mail_from:
        raise Unsafe("MAIL_SERVER is set but not MAIL_FROM: say which address messages come from.")
    if settings.notify_key and not settings.notify_template:
        raise Unsafe("NOTIFY_API_KEY is set but not NOTIFY_TEMPLATE: say which template to use.")
    if settings.mail_server and settings.notify_key:
        raise Unsafe("MAIL_SERVER and NOTIFY_API_KEY are both set: messages leave by one way.")


def _is_web_address(text: str) -> bool:
    """What can stand before "/s#…" in a QR: nothing after the path, nobody's name in it."""
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    ends = not any((address.query, address.fragment, address.username))
    return text.startswith(("http://", "https://")) and bool(address.hostname) and ends


def _needed(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise Unsafe(
            f"{name} is not set: run bin/setup, which writes it to .env, or set it yourself."
        )
    return environ[name]


def _master_keys(text: str) -> dict[str, bytes]:
    """ "k1:BASE64,k2:BASE64" """
    keys: dict[str, bytes] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        name, colon, secret = one.partition(":")
        if not name or not colon:
            raise Unsafe("MASTER_KEYS must look like k1:BASE64 or k1:BASE64,k2:BASE64.")
        if name in keys:
            raise Unsafe(f"MASTER_KEYS names {name} twice: one of the two keys would be lost.")
        keys[name] = _key("MASTER_KEYS", secret)
    if not keys:
        raise Unsafe("MASTER_KEYS is empty: run bin/setup to make one.")
    return keys


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:  # binascii's own error is one too
        key = b""
    if len(key) != 32:
        raise Unsafe(f"{name} must be 32 bytes in base64: run bin/setup to make one.")
    if len(set(key)) < 8:
        raise Unsafe(f"{name} is not random: run bin/setup to make one.")
    return key


def with_file(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """The variables of a .env file, where there is one, beneath those really set."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    said = (line for line in lines if "=" in line and not line.lstrip().startswith("#"))
    pairs = (line.split("=", 1) for line in said)
    return {name.strip(): value.strip() for name, value in pairs} | dict(environ)
