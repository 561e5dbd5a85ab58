"""Deeds say only what their kind allows, keep their exact bytes, and read in plain words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.audit.events import (
    Actor,
    ActorKind,
    AuditEvent,
    BadEvent,
    Kind,
    Nature,
    every_text,
    from_bytes,
    sentence,
    shown_to_person,
    stranger,
    to_bytes,
)
from careplan.audit.kinds import ALWAYS, DEEDS, NUMBERS, PHRASES, About

NIGHT = datetime(2026, 11, 23, 3, 12, 4, 5, tzinfo=UTC)
PATIENT = Actor(ActorKind.PATIENT, "a1", "Ada Obi")
DOCTOR = Actor(ActorKind.STAFF, "a2", "Dr Amara Cole", "St Anselm’s Hospital")
ED = stranger("", organisation="St Anselm's Hospital emergency department")


def an_event(kind: Kind, actor: Actor = PATIENT, **what: str) -> AuditEvent:
    patient_id = None if DEEDS[kind].about is About.SERVICE else "p1"
    return AuditEvent(kind, NIGHT, actor, patient_id, what)


def a_value(key: str) -> str:
    if key in PHRASES:
        return next(iter(PHRASES[key]))
    return "3" if key in NUMBERS else f"some_{key}"


def full(kind: Kind, actor: Actor = PATIENT) -> AuditEvent:
    keys = DEEDS[kind].needs | DEEDS[kind].may | ALWAYS
    return an_event(kind, actor, **{key: a_value(key) for key in keys})


def bare(kind: Kind, actor: Actor = PATIENT) -> AuditEvent:
    return an_event(kind, actor, **{key: a_value(key) for key in DEEDS[kind].needs})


shown = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
words = st.text(shown, max_size=40)
some_words = st.text(shown, min_size=1, max_size=40)


@st.composite
def events(draw: st.DrawFn) -> AuditEvent:
    kind = draw(st.sampled_from(Kind))
    deed = DEEDS[kind]
    optional = st.lists(st.sampled_from(sorted(deed.may | ALWAYS)), unique=True)
    what = {}
    for key in deed.needs | set(draw(optional)):
        if key in PHRASES:
            what[key] = draw(st.sampled_from(sorted(PHRASES[key])))
        elif key in NUMBERS:
            what[key] = str(draw(st.integers(0, 10**9)))
        else:
            what[key] = draw(some_words)
    person = some_words if deed.about is not About.EITHER else st.none() | some_words
    actor = Actor(
        draw(st.sampled_from(ActorKind)),
        draw(st.none() | some_words),
        draw(words),
        draw(st.none() | some_words),
    )
    return AuditEvent(
        kind,
        draw(st.datetimes(timezones=st.just(UTC))),
        actor,
        None if deed.about is About.SERVICE else draw(person),
        what,
    )


class TestBytes:
    @given(events())
    def test_it_comes_back(self, event: AuditEvent) -> None:
        data = to_bytes(event)
        assert from_bytes(data) == event
        assert to_bytes(from_bytes(data)) == data

    def test_it_is_this_text_for_ever(self) -> None:
        event = an_event(Kind.LINK_OPENED, ED, version="4", link="l1", how="card")
        assert to_bytes(event).decode() == (
            '{"actor":{"id":null,"kind":"ed_reader","name":"",'
            '"organisation":"St Anselm\'s Hospital emergency department"},'
            '"at":"2026-11-23T03:12:04.000005Z","format":1,"kind":"link_opened",'
            '"patient":"p1","what":{"how":"card","link":"l1","version":"4"}}'
        )

    @given(st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode(errors="replace")))
    def test_garbage_is_refused(self, data: bytes) -> None:
        with pytest.raises(BadEvent):
            from_bytes(data)

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "made_tea"},
            {"format": 2},
            {"format": True},
            {"extra": 1},
            {"at": "2026-11-23T03:12:04Z"},
            {"at": "2026-11-23T03:12:04.000005+00:00"},
            {"at": "2026-11-23T03:12:04.000005"},
            {"at": None},
            {"patient": None},
            {"patient": 7},
            {"what": []},
            {"what": None},
            {"what": {"link": 7}},
            {"what": {"link": "l1", "dose": "10 mg"}},
            {"actor": None},
            {"actor": {"kind": "staff"}},
            {"actor": {"id": None, "kind": "robot", "name": "", "organisation": None}},
            {"actor": {"id": None, "kind": "staff", "name": None, "organisation": None}},
        ],
    )
    def test_it_refuses_anything_but_an_event(self, change: dict[str, object]) -> None:
        plain = json.loads(to_bytes(an_event(Kind.LINK_OPENED, ED, link="l1"))) | change
        data = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        with pytest.raises(BadEvent):
            from_bytes(data.encode())

    def test_it_refuses_another_spelling_of_the_same_event(self) -> None:
        data = to_bytes(an_event(Kind.SIGNED_OUT))
        twice = data.replace(b'"format":1', b'"format":1,"format":1')
        for other in (data + b"\n", data.replace(b":", b": ", 1), twice, b"\xef\xbb\xbf" + data):
            with pytest.raises(BadEvent):
                from_bytes(other)

    def test_it_refuses_a_very_deep_one(self) -> None:
        with pytest.raises(BadEvent):
            from_bytes(b"[" * 100_000)


class TestWhatAnEventMaySay:
    def test_an_unknown_fact_raises(self) -> None:
        with pytest.raises(BadEvent, match="plan_signed may not name dose"):
            an_event(Kind.PLAN_SIGNED, DOCTOR, version="1", dose="10 mg")

    def test_a_missing_fact_raises(self) -> None:
        with pytest.raises(BadEvent, match="plan_signed must name version"):
            an_event(Kind.PLAN_SIGNED, DOCTOR)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("how", "magic"),
            ("version", "four"),
            ("version", "04"),
            ("version", "٣"),
            ("version", "-1"),
            ("label", ""),
            ("label", "x" * 201),
            ("label", "a\nb"),
            ("label", "a\u2028b"),
            ("label", "\ud800"),
            ("label", 7),
        ],
    )
    def test_a_bad_value_raises(self, key: str, value: str) -> None:
        with pytest.raises(BadEvent):
            an_event(Kind.LINK_OPENED, PATIENT, **{"link": "l1", key: value})

    def test_a_deed_to_a_plan_says_whose(self) -> None:
        with pytest.raises(BadEvent, match="whose"):
            AuditEvent(Kind.PLAN_SIGNED, NIGHT, DOCTOR, None, {"version": "1"})

    def test_a_list_page_belongs_to_no_one(self) -> None:
        with pytest.raises(BadEvent, match="no one person"):
            AuditEvent(Kind.LIST_READ, NIGHT, DOCTOR, "p1")

    @pytest.mark.parametrize(
        "at",
        [
            datetime(2026, 11, 23),  # noqa: DTZ001 (what must be refused)
            datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=1))),
        ],
    )
    def test_its_time_is_utc(self, at: datetime) -> None:
        with pytest.raises(BadEvent, match="UTC"):
            AuditEvent(Kind.SIGNED_OUT, at, PATIENT, None)

    def test_nobody_can_change_what_it_says(self) -> None:
        what = {"link": "l1"}
        event = AuditEvent(Kind.LINK_REVOKED, NIGHT, PATIENT, "p1", what)
        what["link"] = "l2"
        assert event.what["link"] == "l1"
        with pytest.raises(TypeError):
            event.what["link"] = "l3"  # type: ignore[index]
        assert len({event, event}) == 1

    def test_an_actor_s_name_can_be_shown(self) -> None:
        with pytest.raises(BadEvent, match="actor's name"):
            Actor(ActorKind.STAFF, "a", "a\x00b")


class TestStranger:
    @given(st.text(max_size=400))
    def test_whatever_is_typed_can_be_written_down(self, typed: str) -> None:
        event = an_event(Kind.LINK_OPENED, stranger(typed), link="l1")
        assert from_bytes(to_bytes(event)) == event
        assert len(event.actor.name) <= 200

    def test_it_keeps_names_and_drops_tricks(self) -> None:
        assert stranger(" Royal\t London\x00ED\u202e ").name == "Royal London ED"
        assert stranger("مستشفى 👩🏽‍⚕️").name == "مستشفى 👩🏽‍⚕️"
        assert stranger("x" * 300).name == "x" * 199 + "…"


class TestSentences:
    @pytest.mark.parametrize(
        ("event", "says"),
        [
            (
                an_event(Kind.LINK_OPENED, ED, link="l1", how="card"),
                (
                    "St Anselm's Hospital emergency department opened your emergency page "
                    "with your printed card."
                ),
            ),
            (
                an_event(Kind.LINK_OPENED, stranger("Ward 9"), link="l1", how="passcode"),
                (
                    "Someone who gave the name “Ward 9” opened your emergency page "
                    "with your link and your passcode."
                ),
            ),
            (
                an_event(Kind.WRONG_ANSWER, stranger(""), link="l1", tries="3"),
                "Someone tried to open your emergency page and gave a wrong answer.",
            ),
            (
                an_event(Kind.PLAN_SIGNED, DOCTOR, version="3"),
                "Dr Amara Cole (St Anselm’s Hospital) signed your pain plan, version 3.",
            ),
            (
                an_event(Kind.PATIENT_ANSWERED, answer="agree"),
                "You answered the pain plan: “I agree”.",
            ),
            (
                an_event(Kind.LINK_CREATED, link="l1", paper="full_print", label="Fridge {who}"),
                (
                    "You made a new link to your emergency page for a full print, "
                    "called “Fridge {who}”."
                ),
            ),
            (an_event(Kind.CARD_PRINTED, card="private"), "You printed your private card."),
            (an_event(Kind.CARD_PRINTED), "You printed your card."),
            (
                an_event(Kind.SHORT_CODE_OPENED, stranger(""), link="l1", late="yes"),
                (
                    "Someone opened your emergency page with your short code. This was written "
                    "down later, because our records could not be reached."
                ),
            ),
            (
                an_event(Kind.SIGN_IN_FAILED, stranger(""), reason="password"),
                "Someone tried to sign in and could not. The password was wrong.",
            ),
        ],
    )
    def test_it_says(self, event: AuditEvent, says: str) -> None:
        assert sentence(event) == says

    @pytest.mark.parametrize("make", [bare, full])
    @pytest.mark.parametrize("kind", Kind)
    def test_each_kind_reads_as_plain_words(self, kind: Kind, make) -> None:
        text = sentence(make(kind))
        assert not re.search(r"[\[\]{}_]|  | [.,]|\.\.", text), text
        assert text[0].isupper()
        assert text.endswith(".")
        longest = max(len(part.split()) for part in re.split(r"\. ", text))
        assert longest <= 20, text

    @given(events())
    def test_every_event_has_a_sentence(self, event: AuditEvent) -> None:
        assert sentence(event)

    @pytest.mark.parametrize("kind", ActorKind)
    @pytest.mark.parametrize("name", ["", "Sam"])
    @pytest.mark.parametrize("organisation", [None, "Ward 9"])
    def test_every_doer_can_be_named(
        self, kind: ActorKind, name: str, organisation: str | None
    ) -> None:
        actor = Actor(kind, None, name, organisation)
        text = sentence(an_event(Kind.SIGNED_OUT, actor))
        assert re.fullmatch(r"\w.* signed out\.", text)
        assert not re.search(r"[{}]|\( ?\)|None", text)

    def test_ids_are_put_in_words_by_whoever_knows_them(self) -> None:
        event = an_event(Kind.DRAFT_SAVED, section="usual_pain")
        assert "“usual pain”" in sentence(event)
        told = sentence(event, named=lambda key, value: f"{key}={value}")
        assert "“section=usual_pain”" in told

    def test_every_text_can_be_translated(self) -> None:
        known = set(every_text())
        asked: list[str] = []

        def translated(text: str) -> str:
            asked.append(text)
            return text

        for kind in Kind:
            for actor in (PATIENT, DOCTOR, ED, stranger("Sam"), stranger("")):
                sentence(full(kind, actor), translated=translated)
        assert set(asked) <= known


class TestTheListOfKinds:
    def test_every_kind_has_its_deed(self) -> None:
        assert set(DEEDS) == set(Kind)

    @pytest.mark.parametrize("kind", Kind)
    def test_a_sentence_uses_only_facts_its_kind_allows(self, kind: Kind) -> None:
        deed = DEEDS[kind]
        used = set(re.findall(r"\{([a-z_]+)\}", deed.says))
        needed = set(re.findall(r"\{([a-z_]+)\}", re.sub(r"\[[^\]]*\]", "", deed.says)))
        assert used <= deed.needs | deed.may | {"who"}
        assert needed <= deed.needs | {"who"}
        assert not deed.needs & deed.may

    def test_every_fact_with_phrases_or_numbers_is_used(self) -> None:
        used = {key for deed in DEEDS.values() for key in deed.needs | deed.may} | ALWAYS
        assert set(PHRASES) | NUMBERS <= used

    def test_looks_at_a_plan_by_others_are_always_shown(self) -> None:
        for kind, deed in DEEDS.items():
            if deed.nature is Nature.LOOK and deed.about is About.PERSON:
                for actor in (DOCTOR, ED, Actor(ActorKind.CARER, "c", "Sam")):
                    assert shown_to_person(bare(kind, actor))

    def test_a_person_s_own_reading_and_typing_does_not_fill_the_list(self) -> None:
        assert not shown_to_person(an_event(Kind.READ_BY_PERSON))
        assert not shown_to_person(an_event(Kind.DRAFT_SAVED, section="pain"))
        assert not shown_to_person(an_event(Kind.LIST_READ, DOCTOR))
