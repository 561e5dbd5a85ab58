"""What stands across the top of a person's desk until somebody has done something about it."""

from __future__ import annotations

from careplan.acts.desk import Desk
from careplan.summary.wording import day
from careplan.web.words import _


def signer_gone(desk: Desk) -> str:
    """Who signed, and since when they are no longer in the team; "" while they are.

    A status for the team alone: the signature stays valid, so no other surface says anything.
    """
    left = desk.patient.standing.signer_left_at
    signature = desk.current.signature if desk.current else None
    if left is None or signature is None:
        return ""
    return _(
        "Signed by %(name)s, who left the team on %(day)s. The plan stays valid: a colleague "
        "should sign it again.",
        name=signature.name,
        day=day(left),
    )
