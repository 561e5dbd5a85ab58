"""Where other systems' public keys may be fetched from here: in production, the world outside."""

from __future__ import annotations

from careplan.partners.jwks import fetch_keys
from careplan.web.here import here


def fetch(url: str) -> bytes:
    """Plain http and this machine are for demonstrations and tests alone."""
    return fetch_keys(url, anywhere=here().settings.environment != "production")
