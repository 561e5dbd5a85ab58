"""What departments said of using the person's plan; with reading it, it is no news any more."""

from __future__ import annotations

from flask import Blueprint, render_template

from careplan.acts.replying import replies_for, reply_news
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.replies import view_of
from careplan.web.session import who

replies = Blueprint("replies", __name__)


def news_of_replies() -> int:
    """How many the person has not read."""
    return reply_news(here().world, by=who(), patient_id=own_patient())


@replies.get("/plan/replies")
@open_to(Reader.PATIENT)
def home() -> str:
    found = replies_for(here().world, by=who(), patient_id=own_patient(), at=here().now())
    return render_template("replies/mine.html", replies=[view_of(one) for one in found])
