"""A letter leaves by SMTP and by GOV.UK Notify, each against a real server of its kind."""

from __future__ import annotations

import pytest

from careplan.notify.govuk import NotifyPost
from careplan.notify.post import Letter, TryLater, Undeliverable
from careplan.notify.smtp import BadAddress, SmtpPost
from tests.notify.servers import a_mail_server, a_notify_service

LETTER = Letter(
    reference="4d2c9f1e-0000-4000-8000-000000000001",
    to="ada@example.org",
    subject="You have news",
    text="Hello, Adé.\n",
)
KEY = "test-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"


def test_a_letter_arrives_by_smtp():
    with a_mail_server() as (server, mailbox):
        SmtpPost(server, "Messages <news@plan.example.org>").send(LETTER, again=False)
    (letter,) = mailbox.letters
    assert (letter["To"], letter["Subject"]) == ("ada@example.org", "You have news")
    assert letter["Message-ID"] == f"<{LETTER.reference}@plan.example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == "Hello, Adé."


def test_a_letter_sent_twice_can_be_told_to_be_one():
    with a_mail_server() as (server, mailbox):
        post = SmtpPost(server, "news@plan.example.org")
        post.send(LETTER, again=False)
        post.send(LETTER, again=True)
    assert len(mailbox.ids) == 1


@pytest.mark.parametrize(
    ("said", "means"), [("550 No such person", Undeliverable), ("451 Not now", TryLater)]
)
def test_a_refusal_for_ever_is_told_from_one_for_now(said, means):
    with a_mail_server() as (server, mailbox):
        mailbox.refuse = said
        with pytest.raises(means):
            SmtpPost(server, "news@plan.example.org").send(LETTER, again=False)


def test_a_server_that_is_not_there_is_asked_again_later():
    with a_mail_server() as (server, _mailbox):
        gone = server
    with pytest.raises(TryLater):
        SmtpPost(gone, "news@plan.example.org").send(LETTER, again=False)


@pytest.mark.parametrize(
    ("server", "sender"),
    [("mail.example.org", "a@b.org"), ("ftp://x", "a@b.org"), ("smtp://x", "nobody")],
)
def test_settings_that_cannot_work_are_refused_at_once(server, sender):
    with pytest.raises(BadAddress):
        SmtpPost(server, sender)


def test_nothing_secret_is_shown():
    assert "hush" not in repr(SmtpPost("smtps://me:hush@mail.example.org", "a@b.org"))
    assert "2222" not in repr(NotifyPost(KEY, "t"))


def posted_to(server) -> NotifyPost:
    return NotifyPost(KEY, "template-1", f"http://127.0.0.1:{server.server_address[1]}")


def test_a_letter_is_taken_by_notify():
    with a_notify_service() as service:
        posted_to(service).send(LETTER, again=False)
    (kept,) = service.kept
    assert kept["path"] == "/v2/notifications/email"
    assert kept["email_address"] == "ada@example.org"
    assert kept["template_id"] == "template-1"
    assert kept["reference"] == LETTER.reference
    assert kept["personalisation"] == {"subject": "You have news", "text": "Hello, Adé.\n"}
    assert service.authorised[0].startswith("Bearer ")


def test_notify_is_asked_before_a_letter_is_sent_again():
    with a_notify_service() as service:
        service.lose_the_answer = True
        with pytest.raises(TryLater):
            posted_to(service).send(LETTER, again=False)
        service.lose_the_answer = False
        posted_to(service).send(LETTER, again=True)
    assert len(service.kept) == 1


@pytest.mark.parametrize(
    ("status", "means"),
    [(400, Undeliverable), (403, TryLater), (429, TryLater), (500, TryLater), (503, TryLater)],
)
def test_what_notify_answers_is_understood(status, means):
    with a_notify_service() as service:
        service.answer_with = status
        with pytest.raises(means):
            posted_to(service).send(LETTER, again=False)
