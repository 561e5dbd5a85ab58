"""What can be set: one frozen value, read once at the top and handed down.

Each says itself what it is for, and docs/settings.md is made of what they say: a new one is one
`told(…)` below, and `bin/test tests/house/test_settings_table.py --write-docs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from careplan.variables import (
    ABOUT,
    About,
    environment,
    key,
    keys,
    level,
    port,
    some,
    switch,
    token,
    told,
)


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
    nodes: int = told(
        "NODES",
        "How many application servers answer at `BASE_URL`. While the database takes no writes they"
        " cannot count together, so each takes its share of `OUTAGE_WRONG_ANSWERS`.",
        read=some,
        default=1,
        needed="with `SPOOL` and more than one server",
    )
    outage_wrong_answers: int = told(
        "OUTAGE_WRONG_ANSWERS",
        "How many different wrong answers one link takes, on all servers together, while the"
        " database takes no writes. At most 10, at least one for each of `NODES`.",
        read=some,
        default=3,
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
    patient_issuer: str = told(
        "OIDC_PATIENT_ISSUER",
        "The OpenID provider by which people and those who help them may sign in, NHS login’s for"
        " one. Exactly as the provider writes it.",
        default="",
    )
    patient_client_id: str = told(
        "OIDC_PATIENT_CLIENT_ID",
        "By what name that provider knows us.",
        default="",
        needed="with `OIDC_PATIENT_ISSUER`",
    )
    patient_key: str = told(
        "OIDC_PATIENT_KEY",
        "A file with the private RSA key (PEM) by which that provider knows us; it has the public"
        " one.",
        default="",
        needed="with `OIDC_PATIENT_ISSUER`",
    )
    patient_label: str = told(
        "OIDC_PATIENT_LABEL", "What people call that provider.", default="NHS login"
    )
    staff_issuer: str = told(
        "OIDC_STAFF_ISSUER",
        "The OpenID provider by which staff may sign in, their trust’s own for one.",
        default="",
    )
    staff_client_id: str = told(
        "OIDC_STAFF_CLIENT_ID",
        "By what name that provider knows us.",
        default="",
        needed="with `OIDC_STAFF_ISSUER`",
    )
    staff_key: str = told(
        "OIDC_STAFF_KEY",
        "A file with the private RSA key (PEM) by which that provider knows us.",
        default="",
        needed="with `OIDC_STAFF_ISSUER`: this or `OIDC_STAFF_SECRET`",
    )
    staff_secret: str = told(
        "OIDC_STAFF_SECRET",
        "The secret by which that provider knows us, where it takes no key.",
        read=token,
        default="",
        secret=True,
    )
    staff_label: str = told(
        "OIDC_STAFF_LABEL", "What staff call that provider.", default="your work account"
    )
    staff_second_factor: str = told(
        "OIDC_STAFF_SECOND_FACTOR",
        "The value of `acr` by which that provider says that it asked for a second step. With any"
        " other, ours is asked for too.",
        default="",
        unless_set="ours is always asked for",
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
    return {one.name: one.metadata[ABOUT] for one in fields(Settings)}


def default_of(attribute: str) -> Any:
    """MISSING where the variable has to be set."""
    return next(one.default for one in fields(Settings) if one.name == attribute)
