"""What a department answered: sealed, one for an opening, and counted until it was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from careplan.store.patients import give_team
from careplan.store.replies import (
    change_reply,
    keep_reply,
    mark_replies_seen,
    people_with_news,
    replies_of,
    reply_of,
    unseen_in_team,
    unseen_replies,
)
from careplan.store.tables import department_reply
from careplan.visits.reply import Because, Reply, Said
from tests.stores import NOW, a_team

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def reply(store, patient_id) -> Reply:
    with store.begin() as tx:
        kept = Reply(
            patient_id=patient_id,
            opening_id=tx.new_id(),
            version=3,
            said=Said.COULD_NOT,
            because=Because.NOT_STOCKED,
            at=NOW,
            door="code",
            link_id=tx.new_id(),
            opened_at=NOW - timedelta(hours=2),
        )
        keep_reply(tx, kept)
    return kept


def test_a_reply_is_read_as_it_was_given_and_sealed(store, reply):
    with store.read() as tx:
        assert reply_of(tx, reply.patient_id, reply.opening_id) == reply
        assert replies_of(tx, reply.patient_id) == (reply,)
        assert reply_of(tx, reply.patient_id, reply.patient_id) is None
        (row,) = tx.run(select(department_reply))
    assert b"not_stocked" not in row.body


def test_a_second_takes_its_place_and_is_news_again(store, reply):
    mine, second = reply.patient_id, replace(reply, said=Said.USED, because=None, at=LATER)
    with store.begin() as tx:
        for by_team in (False, True):
            assert mark_replies_seen(tx, mine, by_team=by_team, until=NOW, at=LATER) == 1
            assert unseen_replies(tx, mine, by_team=by_team) == 0
        change_reply(tx, second)
        assert replies_of(tx, mine) == (second,)
        assert (
            unseen_replies(tx, mine, by_team=False) == unseen_replies(tx, mine, by_team=True) == 1
        )
        # One that was shown before the change was made does not hide the change.
        assert mark_replies_seen(tx, mine, by_team=True, until=NOW, at=LATER) == 0


def test_a_team_counts_its_own_people_only(store, reply):
    with store.begin() as tx:
        team, other = a_team(tx), a_team(tx, "Royal Elsewhere")
        give_team(tx, reply.patient_id, team)
        assert (unseen_in_team(tx, team), unseen_in_team(tx, other)) == (1, 0)
        ((whose, _face, news),) = people_with_news(tx, team)
        assert (whose, news, people_with_news(tx, other)) == (reply.patient_id, 1, ())
        mark_replies_seen(tx, reply.patient_id, by_team=True, until=NOW, at=LATER)
        assert (unseen_in_team(tx, team), people_with_news(tx, team)) == (0, ())
