"""Asks an OpenID provider: where its doors are, which keys it signs with, what a code stands for.

Its address was chosen by whoever runs the service, so it may be inside their own network. Even so
it is https outside development, five seconds and 64 kilobytes are all there is, nothing is asked
of where an answer points on to, and what it says of itself is read strictly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from careplan.keys.openid import IssuerKeys, NotTheirKeys, read_issuer_keys
from careplan.keys.partner_keys import strict_object
from careplan.partners.jwks import BadAddress, read_address
from careplan.partners.patience import CannotFetch, SaidByThem, in_time, whole_body

PATIENCE = 5.0
KEPT = timedelta(hours=1)
"""What it says of itself is believed for so long."""
AGAIN = timedelta(seconds=30)
"""Asked for newer keys at most so often, whatever strangers name."""
_WHERE = "/.well-known/openid-configuration"
_OK = 200
_REFUSES = range(400, 500)


class Refused(SaidByThem):
    """The provider says that this code is not good, or not for us."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Of a provider, as it says itself. `says_issuer`: it names itself when somebody comes back."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    says_issuer: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


@dataclass
class Asked:
    """One provider, and what it last said of itself, for this process."""

    issuer: str
    anywhere: bool = False
    """For demonstrations and tests: plain http."""
    patience: float = PATIENCE
    _doors: tuple[datetime, Doors] | None = field(default=None, repr=False)
    _keys: tuple[datetime, IssuerKeys] | None = field(default=None, repr=False)

    def doors(self, at: datetime) -> Doors:
        """Raises CannotFetch."""
        kept = self._doors
        if kept is None or not timedelta() <= at - kept[0] < KEPT:
            address = self.issuer.removesuffix("/") + _WHERE
            kept = (at, self._read_doors(_object(self._get(address))))
            self._doors = kept
        return kept[1]

    def keys(self, at: datetime, *, newer: bool = False) -> IssuerKeys:
        """`newer`: somebody showed a key that is not among those in hand. Raises CannotFetch."""
        kept = self._keys
        good_for = AGAIN if newer else KEPT
        if kept is None or not timedelta() <= at - kept[0] < good_for:
            try:
                kept = (at, read_issuer_keys(self._get(self.doors(at).keys)))
            except NotTheirKeys as problem:
                raise CannotFetch(str(problem)) from problem
            self._keys = kept
        return kept[1]

    def tokens(self, at: datetime, form: Mapping[str, str], *, secret: str = "") -> Tokens:
        """What a code stands for. Raises Refused, CannotFetch."""
        said = _object(self._ask("POST", self.doors(at).token, form=form, secret=secret))
        found = Tokens(said.get("id_token", ""), said.get("access_token", ""))
        if not all(isinstance(one, str) and one for one in (found.id_token, found.access_token)):
            raise CannotFetch("it gave no token for the code")
        return found

    def about(self, at: datetime, access_token: str) -> dict[str, Any]:
        """What more it says of whoever the token was given for; nothing, where it has no such
        door. Raises Refused, CannotFetch."""
        where = self.doors(at).userinfo
        return _object(self._ask("GET", where, bearer=access_token)) if where else {}

    def _read_doors(self, said: Mapping[str, Any]) -> Doors:
        if said.get("issuer") != self.issuer:
            raise CannotFetch("it calls itself by another name")
        places = (said.get(f"{one}_endpoint") for one in ("authorization", "token"))
        authorization, token = (self._place(one) for one in places)
        more = said.get("userinfo_endpoint")
        return Doors(
            authorization=authorization,
            token=token,
            keys=self._place(said.get("jwks_uri")),
            userinfo=None if more is None else self._place(more),
            says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _place(self, said: Any) -> str:
        try:
            return read_address(said if isinstance(said, str) else "", anywhere=self.anywhere)
        except BadAddress as problem:
            raise CannotFetch(f"an address of its own cannot be used: {problem}") from None

    def _get(self, address: str) -> bytes:
        try:
            return self._ask("GET", address)
        except Refused as problem:
            raise CannotFetch("it refuses to say") from problem

    def _ask(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        secret: str = "",
        bearer: str = "",
    ) -> bytes:
        said = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if bearer:
            said["Authorization"] = f"Bearer {bearer}"
        elif secret:
            said["Authorization"] = f"Basic {secret}"

        def ask() -> bytes:
            with requests.Session() as asking:
                asking.trust_env = False  # neither a proxy nor a password of this machine's
                with asking.request(
                    method,
                    self._place(address),
                    data=form,
                    headers=said,
                    timeout=self.patience,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    return _body(answer)

        host = urlsplit(address).hostname
        late = f"{host} did not answer in {self.patience:g} seconds"
        return in_time(ask, seconds=self.patience, late=late)


def _body(answer: Any) -> bytes:
    if answer.status_code in _REFUSES:
        raise Refused
    if answer.status_code != _OK:
        raise CannotFetch(f"it answered {answer.status_code}, not 200")
    return whole_body(answer)


def _object(body: bytes) -> dict[str, Any]:
    try:
        return strict_object(body)
    except ValueError:
        raise CannotFetch("what it said cannot be read") from None
