"""What makes the site an app on a home screen: its name there, its icon, and its worker.

The name on a home screen is read over a shoulder, so the short one says nothing of health.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template

from careplan.render.app_icon import app_icon
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.words import _

installing = Blueprint("installing", __name__)

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "careplan" / "web" / "static"
GROUND = "#0f4c55"
_PAPER = "#f0f4f5"
_DRAWN = {"180": (180, True), "192": (192, False), "512": (512, False), "512-whole": (512, True)}

_PAGES = ("/s", "/c", "/scan", "/my-copy", "/going-in")
_ASSETS = (
    "plan.css",
    "plan.js",
    "plan-icon.svg",
    "scan.css",
    "scan.js",
    "ready.js",
    "vendor/nhsuk/nhsuk-frontend.min.css",
    "vendor/nhsuk/nhsuk-frontend.min.js",
)
_READER = (
    "vendor/zxing/reader/zxing_reader.wasm",
    "vendor/zxing/reader/index.js",
    "vendor/zxing/share.js",
)
"""What reads codes where the browser cannot; the first of them is the one that is large."""
_RUN = ("tap-queue.js", "copy-vault.js")
"""Pressed into those pages; the worker runs the first itself."""
_MADE_OF = ("templates/scan", "templates/phone", "careplan/web/scan", "careplan/web/phone")


@installing.get("/manifest.webmanifest")
@open_to(Reader.ANYONE)
def manifest() -> Response:
    said = jsonify(
        name=here().settings.brand,
        short_name=_("My plan"),
        id="/plan",
        start_url="/plan",
        scope="/",
        display="standalone",
        lang="en-GB",
        theme_color=GROUND,
        background_color=_PAPER,
        icons=[
            _icon("192", 192, "any"),
            _icon("512", 512, "any"),
            _icon("512-whole", 512, "maskable"),
            {"src": "/static/plan-icon.svg", "sizes": "any", "type": "image/svg+xml"},
        ],
        shortcuts=[{"name": _("I’m going in"), "url": "/going-in", "icons": [_small()]}],
    )
    said.mimetype = "application/manifest+json"
    return said


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    address = f"/icons/{name}.png"
    return {
        "src": address,
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


def _small() -> dict[str, str]:
    return _icon("192", 192, "any")


@installing.get("/icons/<any('180','192','512','512-whole'):drawing>.png")
@open_to(Reader.ANYONE)
def icon(drawing: str) -> Response:
    size, whole = _DRAWN[drawing]
    return Response(app_icon(size, whole=whole), mimetype="image/png")


@installing.get("/sw.js")
@open_to(Reader.ANYONE)
def worker() -> Response:
    """At the root, because it may answer only for addresses beneath its own."""
    there = {rule.rule for rule in current_app.url_map.iter_rules()}
    pages = tuple(page for page in _PAGES if page in there)
    script = render_template(
        "phone/sw.js",
        version=_made_of(here().settings.brand, pages),
        shells=[*pages, "/manifest.webmanifest", *_there(_ASSETS)],
        reader=_there(_READER),
    )
    return Response(script, mimetype="text/javascript")


def _there(names: tuple[str, ...]) -> list[str]:
    return [f"/static/{name}" for name in names if (STATIC / name).is_file()]


@cache
def _made_of(*more: Any) -> str:
    """Changes with every release that changes anything the kept pages are made of: the browser
    then sees another worker, which takes them all anew and throws the old ones away."""
    sources = [path for folder in _MADE_OF for path in sorted((ROOT / folder).glob("*.*"))]
    sources += [ROOT / "templates" / "base.html"]
    sources += [STATIC / name for name in (*_ASSETS, *_READER, *_RUN) if (STATIC / name).is_file()]
    whole = sha256(repr(more).encode())
    for path in sources:
        whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]
