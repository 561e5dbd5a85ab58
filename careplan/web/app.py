"""Puts the rooms together into one application: the only place where clock and randomness enter."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from careplan import clock as wall
from careplan.accounts.leaked import Leaked, LeakedFile, NotTheList, nowhere_else
from careplan.accounts.passkeys import site_of
from careplan.accounts.passwords import STRONG, Strength
from careplan.acts.world import World
from careplan.keys.keyring import Keyring
from careplan.settings import Settings
from careplan.summary.wording import clock as time_of_day
from careplan.summary.wording import day, moment
from careplan.variables import Unsafe
from careplan.web import (
    access,
    collisions,
    conditions,
    down,
    errors,
    figures,
    logs,
    security,
    session,
)
from careplan.web.account import routes as account
from careplan.web.account.again import again
from careplan.web.account.elsewhere import elsewhere
from careplan.web.account.own import own
from careplan.web.account.passkeys import passkeys
from careplan.web.account.providers import ways_of
from careplan.web.account.recovery import recovery
from careplan.web.carer.copies import carer_copies
from careplan.web.carer.report import carer_report
from careplan.web.carer.routes import carer
from careplan.web.carer.visit import carer_visit
from careplan.web.collisions import AnsweringAgain
from careplan.web.commands.all import commands
from careplan.web.emergency.routes import emergency
from careplan.web.equality import equality
from careplan.web.fallback import open_store, with_fallback
from careplan.web.fhir_api.doors import fhir_api
from careplan.web.front import routes as front
from careplan.web.handed import handed
from careplan.web.here import Here, here
from careplan.web.measures.pages import measures
from careplan.web.measures.team import team_measures
from careplan.web.patient.conversation import conversation
from careplan.web.patient.copies import copies
from careplan.web.patient.erasing import erasing
from careplan.web.patient.helpers import helpers
from careplan.web.patient.lock_screen import lock_screen
from careplan.web.patient.losing import losing
from careplan.web.patient.new_link import new_link
from careplan.web.patient.notices import notices
from careplan.web.patient.phone import phone
from careplan.web.patient.photo import photo
from careplan.web.patient.private import private
from careplan.web.patient.publishing import publishing
from careplan.web.patient.replies import replies
from careplan.web.patient.report import report
from careplan.web.patient.rights import rights
from careplan.web.patient.routes import patient
from careplan.web.patient.sharing import sharing
from careplan.web.patient.visit import visit
from careplan.web.patient.wrong import wrong
from careplan.web.phone.copy_page import asking, copy_page
from careplan.web.phone.going_page import going_page, tapping
from careplan.web.phone.installing import installing
from careplan.web.scan import routes as scan
from careplan.web.scan.machine import machine
from careplan.web.scan.replying import replying
from careplan.web.staff_door import staff_door_doors
from careplan.web.team.conversation import team_conversation
from careplan.web.team.routes import team
from careplan.web.team.together import team_together
from careplan.web.visit_form import visit_form
from careplan.web.well_known import well_known
from careplan.web.words import gettext, ngettext

ROOT = Path(__file__).resolve().parents[2]
PHONE_DOORS = (installing, copy_page, asking, going_page, tapping)
MEASURES_DOORS = (measures, team_measures)
TALKING_DOORS = (conversation, team_conversation, team_together, handed)
OWN_DOORS = (
    *(carer, carer_copies, helpers, patient, publishing, sharing, copies),
    *(private, notices, photo, replies),
    phone,
    *(lock_screen, losing, new_link, erasing, rights, wrong),
    *(report, carer_report, equality, visit_form),
    *(visit, carer_visit),
)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = wall.now,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
    strength: Strength = STRONG,
    pause: Callable[[float], None] = wall.pause,
) -> Flask:
    """The whole application. Tests hand in their own clock, entropy and cheap password hashing."""
    app = AnsweringAgain(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    keyring = Keyring(settings.master_keys, settings.master_key_current, settings.pepper)
    store = open_store(settings, keyring, entropy=entropy, fence=None)
    world = World(
        store,
        entropy,
        settings.base_url,
        strength=strength,
        break_glass=settings.break_glass,
        pause=pause,
        leaked=_leaked(settings),
    )
    world = with_fallback(world, settings, keyring, clock=clock, entropy=entropy)
    app.extensions["careplan"] = Here(settings, world, clock, ways_of(settings))
    _configure(app, settings, keyring)
    _templates(app, settings)
    logs.install(
        app,
        strict=settings.environment == "test",
        from_proxy=settings.trust_proxy,
        entropy=secrets.token_bytes,  # an id of a request is no fact of the product
    )
    figures.install(app)
    access.install(app)
    collisions.install(app)
    security.install(app, https=settings.https)
    session.install(app)
    errors.install(app)
    down.install(app)
    forms = CSRFProtect(app)
    for not_a_form in (machine, replying, asking, tapping, fhir_api):
        forms.exempt(not_a_form)
    for door in (
        front.front,
        account.account,
        *(again, own, passkeys, elsewhere),
        recovery,
        team,
        emergency,
        staff_door_doors,
        scan.scan,
        machine,
        replying,
        well_known,
        figures.figures,
        fhir_api,
        *PHONE_DOORS,
        *TALKING_DOORS,
        *MEASURES_DOORS,
        *OWN_DOORS,
    ):
        app.register_blueprint(door)
    app.cli.commands.update(commands)
    conditions.read_all()  # refuses to start with content that does not fit
    access.routes(app)  # refuses to start with a door nobody has thought about
    if settings.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def _leaked(settings: Settings) -> Leaked:
    if not settings.breached_passwords:
        return nowhere_else
    try:
        return LeakedFile(Path(settings.breached_passwords))
    except OSError as problem:
        raise Unsafe(f"BREACHED_PASSWORDS cannot be read: {problem.strerror}.") from problem
    except NotTheList as problem:
        raise Unsafe(
            "BREACHED_PASSWORDS is not a list of SHA-1 hashes ordered by hash: get it in that form."
        ) from problem


def _configure(app: Flask, settings: Settings, keyring: Keyring) -> None:
    app.config.update(
        SECRET_KEY=keyring.derive("form tokens"),
        SESSION_COOKIE_NAME="__Host-form" if settings.https else "form",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=False,  # no referrer is ever sent; Sec-Fetch-Site is checked instead
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )


def _templates(app: Flask, settings: Settings) -> None:
    """nhsuk macros end in .jinja, so escaping is switched on for every template by hand."""
    app.jinja_options = {
        "autoescape": True,
        "undefined": ChainableUndefined,
        "extensions": ["jinja2.ext.i18n"],
    }
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), PackageLoader("nhsuk_frontend_jinja")]
    )
    environment = app.jinja_env
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        brand=settings.brand,
        demo=settings.demo,
        break_glass=settings.break_glass,
        passkeys_work=site_of(settings.base_url, name=settings.brand) is not None,
    )
    environment.filters.update(day=day, moment=moment, clock=time_of_day)

    @app.context_processor
    def _visitor() -> dict[str, object]:
        known = tuple(here().ways.values())
        return {"who": session.greeted(), "brand": conditions.brand(), "providers": known}
