"""What departments said of using a plan, at the desk: of one person, and who has news."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template

from careplan.acts.desk import open_desk
from careplan.acts.replying import people_answered_about, replies_for
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.replies import view_of
from careplan.web.session import who
from careplan.web.team.header import header_of


@open_to(Reader.TEAM)
def replies(patient_id: UUID) -> str:
    """The unread first; with this the team has read them."""
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id, "at": here().now()}
    desk = open_desk(here().world, **mine)
    found = replies_for(here().world, **mine)
    return render_template(
        "replies/of_person.html",
        header=header_of(desk, here().today()),
        replies=[view_of(one) for one in found],
    )


@open_to(Reader.TEAM)
def all_replies() -> str:
    """Whom the unread ones are about, the newest first."""
    found = people_answered_about(here().world, by=who(), at=here().now())
    return render_template("replies/team.html", found=found)
