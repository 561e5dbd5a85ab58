"""Paper as an answer, shown in the browser's own viewer: a PDF, or plain text."""

from __future__ import annotations

from flask import Response


def pdf(body: bytes, name: str) -> Response:
    response = Response(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def plain(body: bytes, name: str) -> Response:
    response = Response(body, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
