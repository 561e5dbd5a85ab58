"""Notices: chosen by the person, neutral, folded together, and neither lost nor repeated."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.acts import notifying
from careplan.acts.notifying import News, Sent, choose, chosen, remind, send_due
from careplan.acts.world import NotThere
from careplan.notify.smtp import SmtpPost
from careplan.store.db import Transaction
from careplan.store.outbox import add_message
from careplan.store.patients import patient_of
from tests.acts.worlds import Clinic
from tests.notify.servers import a_mail_server
from tests.stores import NOW, TODAY

FROM = "news@plan.example.org"
HEALTH = [
    "sickle",
    "cell",
    "thalassaemia",
    "health",
    "care",
    "plan",
    "pain",
    "crisis",
    "dose",
    "medicine",
    "hospital",
    "clinic",
    "nhs",
    "doctor",
    "nurse",
    "haematology",
    "emergency",
    "patient",
    "blood",
    "team",
    "signed",
    "review",
]


@pytest.fixture
def mail():
    with a_mail_server() as (server, mailbox):
        yield SmtpPost(server, FROM), mailbox


def tell(clinic: Clinic, *kinds: News) -> None:
    choose(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, kinds=frozenset(kinds), at=NOW
    )


def news(clinic: Clinic, kind: str, at=NOW, **body: str) -> None:
    with clinic.world.store.begin() as tx:
        add_message(tx, kind, body, patient_id=clinic.patient_id, at=at)


def test_nobody_is_told_of_anything_they_did_not_ask_for(clinic, mail):
    post, mailbox = mail
    assert "plan-changed" in clinic.told()
    assert send_due(clinic.world, post, at=NOW) == Sent()
    tell(clinic, News.LOCKED)
    news(clinic, "plan-changed")
    assert send_due(clinic.world, post, at=NOW) == Sent()
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("plan-changed", News.CHANGED),
        ("review-due", News.DUE),
        ("link-opened", News.OPENED),
        ("wrong-answers", News.LOCKED),
        ("link-locked", News.LOCKED),
    ],
)
def test_each_kind_of_news_that_was_asked_for_leaves_once(clinic, mail, kind, asked):
    post, mailbox = mail
    send_due(clinic.world, post, at=NOW)
    tell(clinic, asked)
    news(clinic, kind)
    assert send_due(clinic.world, post, at=NOW) == Sent(sent=1)
    assert send_due(clinic.world, post, at=NOW + timedelta(days=1)) == Sent()
    (letter,) = mailbox.letters
    assert letter["To"] == "ada@example.org"


def test_a_notice_says_nothing(clinic, mail):
    post, mailbox = mail
    tell(clinic, News.LOCKED)
    news(clinic, "link-locked")
    send_due(clinic.world, post, at=NOW)
    (letter,) = mailbox.letters
    said = f"{letter['Subject']} {letter.get_content()}".casefold()
    said = said.replace(clinic.world.base_url.casefold(), "")
    assert not set(HEALTH) & set(re.findall(r"[a-z]+", said))
    assert "ada" not in said
    assert f"{clinic.world.base_url}/account/sign-in" in letter.get_content()


def test_whoever_did_it_is_not_told(clinic, mail):
    post, mailbox = mail
    send_due(clinic.world, post, at=NOW)
    tell(clinic, News.CHANGED)
    news(clinic, "plan-changed", by=clinic.ada.account_id)
    send_due(clinic.world, post, at=NOW)
    assert mailbox.letters == []
    clinic.sign(at=NOW + timedelta(minutes=1))
    assert send_due(clinic.world, post, at=NOW + timedelta(minutes=2)) == Sent(sent=1)


def test_many_of_one_kind_within_an_hour_are_one_notice(clinic, mail):
    post, mailbox = mail
    tell(clinic, News.LOCKED)
    for minute in range(3):
        news(clinic, "wrong-answers", at=NOW + timedelta(minutes=minute))
    send_due(clinic.world, post, at=NOW + timedelta(minutes=5))
    assert len(mailbox.letters) == 1
    news(clinic, "wrong-answers", at=NOW + timedelta(hours=2))
    send_due(clinic.world, post, at=NOW + timedelta(hours=2))
    assert len(mailbox.letters) == 2


def test_a_mail_server_that_is_away_costs_nothing(clinic, mail):
    post, mailbox = mail
    tell(clinic, News.LOCKED)
    news(clinic, "link-locked")
    mailbox.refuse = "451 Not now"
    assert send_due(clinic.world, post, at=NOW) == Sent(later=1)
    mailbox.refuse = None
    assert send_due(clinic.world, post, at=NOW) == Sent(), "not before its time"
    assert send_due(clinic.world, post, at=NOW + timedelta(minutes=2)) == Sent(sent=1)
    assert len(mailbox.letters) == 1


def test_an_address_that_refuses_for_ever_is_given_up(clinic, mail):
    post, mailbox = mail
    tell(clinic, News.LOCKED)
    news(clinic, "link-locked")
    mailbox.refuse = "550 Nobody here"
    assert send_due(clinic.world, post, at=NOW) == Sent(dropped=1)
    mailbox.refuse = None
    assert send_due(clinic.world, post, at=NOW + timedelta(days=1)) == Sent()


class PowerCut(BaseException):
    """The machine stops: nothing after it runs, no handler and no mark."""


@pytest.mark.parametrize("moment", ["before the letter", "after the letter"])
def test_a_crash_loses_nothing_and_shows_one_letter(clinic, mail, moment):
    post, mailbox = mail
    tell(clinic, News.LOCKED)
    news(clinic, "link-locked")

    class Failing:
        def send(self, letter, *, again):
            if moment == "after the letter":
                post.send(letter, again=again)
            raise PowerCut

    with pytest.raises(PowerCut):
        send_due(clinic.world, Failing(), at=NOW)
    assert send_due(clinic.world, post, at=NOW + timedelta(minutes=1)) == Sent(), "held meanwhile"
    later = NOW + notifying.HOLD + timedelta(minutes=1)
    assert send_due(clinic.world, post, at=later) == Sent(sent=1)
    assert send_due(clinic.world, post, at=later + timedelta(days=1)) == Sent()
    assert len(mailbox.ids) == 1


def test_a_coming_review_is_mentioned_once(clinic, mail):
    post, mailbox = mail
    tell(clinic, News.DUE)
    with clinic.world.store.read() as tx:
        when = _review_due(tx, clinic.patient_id)
    assert remind(clinic.world, at=NOW, today=when - timedelta(days=31)) == 0
    assert remind(clinic.world, at=NOW, today=when - timedelta(days=30)) == 1
    assert remind(clinic.world, at=NOW, today=when) == 0
    assert send_due(clinic.world, post, at=NOW) == Sent(sent=1)
    assert len(mailbox.letters) == 1


def _review_due(tx: Transaction, patient_id: UUID):
    patient = patient_of(tx, patient_id)
    assert patient is not None
    return patient.standing.review_due or TODAY


def test_an_opened_link_is_a_message_only_where_somebody_asked(clinic):
    assert not _tells(clinic)
    tell(clinic, News.OPENED, News.CHANGED)
    assert chosen(clinic.world, by=clinic.ada, patient_id=clinic.patient_id) == {
        "opened",
        "changed",
    }
    assert _tells(clinic)
    tell(clinic)
    assert not _tells(clinic)
    assert chosen(clinic.world, by=clinic.ada, patient_id=clinic.patient_id) == frozenset()


def _tells(clinic: Clinic) -> bool:
    with clinic.world.store.read() as tx:
        patient = patient_of(tx, clinic.patient_id)
    assert patient is not None
    return patient.tell_opened


def test_a_stranger_chooses_nothing(clinic):
    with pytest.raises(NotThere):
        choose(
            clinic.world,
            by=clinic.elsewhere,
            patient_id=clinic.patient_id,
            kinds=frozenset({News.CHANGED}),
            at=NOW,
        )
