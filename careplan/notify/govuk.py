"""Sending by GOV.UK Notify, with the service's own client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from careplan.notify.post import Letter, TryLater, Undeliverable

_TIMEOUT_SECONDS = 20
_SAID_NO = frozenset({400, 404})
"""Wrong address or wrong template. 403 is our own key or clock, which somebody puts right."""


@dataclass(frozen=True, slots=True)
class NotifyPost:
    """`template` has two placeholders, ((subject)) and ((text)), and no words of its own.

    `address` is another service address, for a test or a proxy.
    """

    api_key: str = field(repr=False)
    template: str
    address: str | None = None

    def send(self, letter: Letter, *, again: bool) -> None:
        client = self._client()
        try:
            if again and self._has(client, letter.reference):
                return
            client.send_email_notification(
                email_address=letter.to,
                template_id=self.template,
                personalisation={"subject": letter.subject, "text": letter.text},
                reference=letter.reference,
            )
        except APIError as problem:
            if problem.status_code in _SAID_NO:
                raise Undeliverable(f"Notify answered {problem.status_code}") from problem
            raise TryLater(f"Notify answered {problem.status_code}") from problem

    def reach(self) -> None:
        """The key lets us in, and the template is there."""
        try:
            self._client().get_template(self.template)
        except APIError as problem:
            raise TryLater(f"Notify answered {problem.status_code}") from problem

    def _has(self, client: Any, reference: str) -> bool:
        """Whether an earlier try arrived there: Notify is asked by our own reference."""
        return bool(client.get_all_notifications(reference=reference)["notifications"])

    def _client(self) -> Any:
        made: Any = NotificationsAPIClient
        if self.address:
            return made(self.api_key, base_url=self.address, timeout=_TIMEOUT_SECONDS)
        return made(self.api_key, timeout=_TIMEOUT_SECONDS)
