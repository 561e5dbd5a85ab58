"""What anybody's reader of signed cards asks for: the public keys, and the cards taken back.

Public by nature and about nobody. Kept by browsers only to be asked for again each time, so that a
card taken back is known at once, and so that the page for signed cards has them without a signal.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, abort, request

from careplan.acts.card_keys import compact, key_list, taken_back
from careplan.acts.late import reading
from careplan.acts.world import NotThere
from careplan.store.db import Transaction
from careplan.web.access import Reader, open_to
from careplan.web.here import here

well_known = Blueprint("well_known", __name__, url_prefix="/.well-known")

_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, no-cache",
}
MOST_NAME = 64


@well_known.get("/jwks.json")
@open_to(Reader.ANYONE)
def keys() -> Response:
    return _answer(key_list)


@well_known.get("/crl/<kid>.json")
@open_to(Reader.ANYONE)
def cards_taken_back(kid: str) -> Response:
    """404 for a key that is not published: a reader then knows of no list."""
    if len(kid) > MOST_NAME:
        abort(404)
    try:
        return _answer(lambda tx: taken_back(tx, kid, here().now()))
    except NotThere:
        abort(404)


def _answer(facts: Callable[[Transaction], dict[str, Any]]) -> Response:
    body = compact(reading(here().world, facts))
    answer = Response(body, content_type="application/json", headers=_OPEN)
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.make_conditional(request)
    # The server says the time itself; said twice, the page that reads it could not tell.
    answer.headers.pop("Date", None)
    return answer
