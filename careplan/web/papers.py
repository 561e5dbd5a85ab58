"""A PDF as an answer, shown in the browser's own viewer."""

from __future__ import annotations

from flask import Response


def pdf(body: bytes, name: str) -> Response:
    response = Response(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
