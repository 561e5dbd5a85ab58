"""The floor of a viewer: a page of one line that fetches one word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PAGE = b"""<!doctype html><meta charset=utf-8><link rel=icon href=data:,><body><script>
fetch("/m",{method:"POST",body:"{}"}).then(r=>r.text()).then(t=>{document.body.textContent=t})
</script>"""


def application(
    environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]
) -> list[bytes]:
    body = b"READABLE" if environ["REQUEST_METHOD"] == "POST" else _PAGE
    start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]
