"""A link's state is never a matter of opinion, and its QR text is exactly the standard's."""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.sharing.links import (
    FLAGS,
    LIFETIME,
    LONGEST_FOR_APP,
    OPENINGS,
    TRANSITIONS,
    AddressNotAllowed,
    CannotBeDirect,
    Happening,
    KeyNotAllowed,
    Kind,
    Link,
    MustEnd,
    NewerPayload,
    NotFromHere,
    Opening,
    OpeningNotAllowed,
    Payload,
    PrintedLinkCannotEnd,
    State,
    UnreadablePayload,
    address_of,
    flag_for,
    manifest_url,
    new_address_token,
    payload,
    read_payload,
    replaced,
    revoke,
    standing,
    viewer_address,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KEY = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()
URL = "https://plan.example.org/m/" + KEY
BORN = NOW - timedelta(days=1)
ENDS: dict[str, object] = {"expires_at": BORN + LONGEST_FOR_APP}
ALLOWED = [(kind, opening) for kind, openings in OPENINGS.items() for opening in openings]


def a_link(**facts: object) -> Link:
    usual: dict[str, object] = {
        "id": "link-1",
        "kind": Kind.MESSAGE,
        "opening": Opening.PASSCODE,
        "created_at": BORN,
    }
    return Link(**(usual | facts))  # type: ignore[arg-type]


def shlink(facts: object) -> str:
    raw = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    return "shlink:/" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(("kind", "opening"), list(product(Kind, Opening)))
def test_what_asks_nothing_is_a_full_print_or_for_an_app(kind: Kind, opening: Opening) -> None:
    ends = ENDS if kind is Kind.APP else {}
    if (kind in (Kind.FULL_PRINT, Kind.APP)) == (opening is Opening.CARD):
        assert a_link(kind=kind, opening=opening, **ends).opening in OPENINGS[kind]
    else:
        with pytest.raises(OpeningNotAllowed):
            a_link(kind=kind, opening=opening, **ends)


@pytest.mark.parametrize(
    ("kind", "opening"),
    [(Kind.FULL_PRINT, Opening.CARD), (Kind.PRIVATE_PRINT, Opening.DATE_OF_BIRTH)],
)
@pytest.mark.parametrize("end", [{"expires_at": NOW}, {"max_views": 5}])
def test_paper_has_no_end(kind: Kind, opening: Opening, end: dict[str, object]) -> None:
    with pytest.raises(PrintedLinkCannotEnd):
        a_link(kind=kind, opening=opening, **end)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, State.LIVE),
        ({"distinct_wrong": 9}, State.LIVE),
        ({"distinct_wrong": 10}, State.LOCKED),
        ({"opening": Opening.DATE_OF_BIRTH, "distinct_wrong": 49}, State.LIVE),
        ({"opening": Opening.DATE_OF_BIRTH, "distinct_wrong": 50}, State.LOCKED),
        ({"kind": Kind.FULL_PRINT, "opening": Opening.CARD, "distinct_wrong": 999}, State.LIVE),
        ({"expires_at": NOW + timedelta(microseconds=1)}, State.LIVE),
        ({"expires_at": NOW}, State.EXPIRED),
        ({"max_views": 2, "views": 1}, State.LIVE),
        ({"max_views": 2, "views": 2}, State.USED_UP),
        ({"max_views": 0}, State.USED_UP),
        ({"max_views": 2, "views": 3, "expires_at": NOW}, State.USED_UP),
        ({"distinct_wrong": 10, "expires_at": NOW}, State.LOCKED),
        ({"replaced_by": "link-2", "distinct_wrong": 10}, State.REPLACED),
        ({"revoked_at": NOW, "replaced_by": "link-2"}, State.REVOKED),
    ],
)
def test_standing(facts: dict[str, object], state: State) -> None:
    assert standing(a_link(**facts), now=NOW) is state


def test_revoking_ends_a_link_and_leaves_the_rest_alone() -> None:
    link = a_link(label="To my sister")
    assert revoke(link, now=NOW) == replace(link, revoked_at=NOW)
    assert standing(link, now=NOW) is State.LIVE


def test_replacing_names_the_new_link() -> None:
    assert replaced(a_link(), by="link-2", now=NOW).replaced_by == "link-2"


@pytest.mark.parametrize("dead", [{"revoked_at": NOW}, {"replaced_by": "link-2"}])
def test_what_was_ended_on_purpose_stays_ended(dead: dict[str, object]) -> None:
    with pytest.raises(NotFromHere):
        revoke(a_link(**dead), now=NOW)
    with pytest.raises(NotFromHere) as raised:
        replaced(a_link(**dead), by="link-3", now=NOW)
    assert raised.value.happening is Happening.REPLACE


@pytest.mark.parametrize(
    "burnt", [{"distinct_wrong": 10}, {"expires_at": NOW}, {"max_views": 1, "views": 1}]
)
def test_a_burnt_link_can_be_replaced_or_revoked(burnt: dict[str, object]) -> None:
    assert standing(replaced(a_link(**burnt), by="x", now=NOW), now=NOW) is State.REPLACED
    assert standing(revoke(a_link(**burnt), now=NOW), now=NOW) is State.REVOKED


def test_the_table_names_every_state() -> None:
    assert set(TRANSITIONS) == set(State)
    assert set(LIFETIME) == set(Opening) - {Opening.CARD}


def after(link: Link, deed: str, now: datetime) -> Link:
    """The link after one deed; answers and views count only while it lives."""
    if deed == "revoke":
        return revoke(link, now=now)
    if deed == "replace":
        return replaced(link, by="link-2", now=now)
    if deed == "hour" or standing(link, now=now) is not State.LIVE:
        return link
    if deed == "view":
        return replace(link, views=link.views + 1)
    step = 20 if link.opening is Opening.DATE_OF_BIRTH else 4
    return replace(link, distinct_wrong=link.distinct_wrong + step)


@given(
    st.lists(st.sampled_from(["wrong", "view", "hour", "revoke", "replace"]), max_size=30),
    st.sampled_from([Opening.PASSCODE, Opening.DATE_OF_BIRTH]),
)
def test_no_history_leaves_the_table(deeds: list[str], opening: Opening) -> None:
    link, now = a_link(opening=opening, expires_at=NOW + timedelta(hours=5), max_views=4), NOW
    states = [standing(link, now=now)]
    for deed in deeds:
        now += timedelta(hours=deed == "hour")
        with suppress(NotFromHere):
            link = after(link, deed, now)
        states.append(standing(link, now=now))
    for before, later in pairwise(states):
        assert later is before or later in TRANSITIONS[before].values()


# --- what a link says of itself ------------------------------------------------------------------


@st.composite
def any_links(draw: st.DrawFn) -> Link:
    """Every link that may be made at all."""
    kind, opening = draw(st.sampled_from(ALLOWED))
    lives = st.timedeltas(timedelta(minutes=1), LONGEST_FOR_APP)
    ends = draw(lives if kind is Kind.APP else st.none() | lives)
    if kind not in (Kind.APP, Kind.MESSAGE):
        return a_link(kind=kind, opening=opening)
    return a_link(
        kind=kind,
        opening=opening,
        expires_at=BORN + ends if ends else None,
        max_views=draw(st.none() | st.integers(1, 9)),
        direct=kind is Kind.APP and draw(st.booleans()),
    )


@given(any_links())
def test_a_link_says_what_it_asks_and_no_more(link: Link) -> None:
    flag = flag_for(link)
    assert flag in FLAGS
    assert not {"U", "P"} <= set(flag)
    assert ("P" in flag) is (link.opening is not Opening.CARD) is not link.full
    assert ("U" in flag) is link.direct
    assert ("L" in flag) is link.long_term
    assert flag == "".join(sorted(flag))
    address = address_of(link, "https://plan.example.org", token=KEY)
    assert address == f"https://plan.example.org/{'u' if link.direct else 'm'}/{KEY}"
    assert read_payload(payload(address, key=KEY, flag=flag)).flag == flag


def test_every_flag_of_the_standard_is_some_links() -> None:
    app = {"kind": Kind.APP, "opening": Opening.CARD}
    day = {"expires_at": BORN + timedelta(days=1)}
    said = {
        "": a_link(**app, **day),
        "L": a_link(**app, **ENDS),
        "U": a_link(**app, **day, direct=True),
        "LU": a_link(**app, **ENDS, direct=True),
        "P": a_link(**day),
        "LP": a_link(),
    }
    assert {flag: flag_for(link) for flag, link in said.items()} == {flag: flag for flag in FLAGS}


@pytest.mark.parametrize("kind", [Kind.FULL_PRINT, Kind.PRIVATE_PRINT])
def test_paper_is_long_term(kind: Kind) -> None:
    assert a_link(kind=kind, opening=OPENINGS[kind][0]).long_term


@pytest.mark.parametrize("views", [1, 100])
def test_nobody_is_told_to_come_back_to_a_link_that_counts(views: int) -> None:
    assert not a_link(max_views=views).long_term


@pytest.mark.parametrize("ends", [None, LONGEST_FOR_APP + timedelta(microseconds=1)])
def test_a_link_for_an_app_must_end(ends: timedelta | None) -> None:
    at = BORN + ends if ends else None
    with pytest.raises(MustEnd):
        a_link(kind=Kind.APP, opening=Opening.CARD, expires_at=at, max_views=1)


@pytest.mark.parametrize(("kind", "opening"), ALLOWED)
def test_only_a_link_for_an_app_hands_out_its_file_unasked(kind: Kind, opening: Opening) -> None:
    if kind is Kind.APP:
        assert a_link(kind=kind, opening=opening, direct=True, **ENDS).direct
    else:
        with pytest.raises(CannotBeDirect):
            a_link(kind=kind, opening=opening, direct=True)


def test_a_token_is_256_bits_in_43_characters() -> None:
    token = new_address_token(secrets.token_bytes)
    assert len(token) == 43
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert new_address_token(secrets.token_bytes) != token


@pytest.mark.parametrize("flag", sorted(FLAGS))
def test_a_printed_code_stays_small_enough_to_scan(flag: str) -> None:
    base_url = "https://" + "h" * 20
    url = manifest_url(base_url, token=new_address_token(secrets.token_bytes))
    text = viewer_address(base_url, payload=payload(url, key=KEY, flag=flag))
    assert len(text) <= 250
    assert text.startswith(base_url + "/s#shlink:/ey")


def test_the_text_is_what_the_standard_says() -> None:
    text = payload(URL, key=KEY, flag="LP")
    raw = base64.urlsafe_b64decode(text.removeprefix("shlink:/") + "==")
    assert raw.decode() == f'{{"url":"{URL}","flag":"LP","key":"{KEY}"}}'
    assert "=" not in text


def test_a_slash_at_the_end_of_the_base_changes_nothing() -> None:
    assert manifest_url("https://a.example/", token="t") == "https://a.example/m/t"
    assert viewer_address("https://a.example/", payload="shlink:/e") == (
        "https://a.example/s#shlink:/e"
    )


@given(
    st.integers(1, 60),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
    st.sampled_from(sorted(FLAGS)),
)
def test_what_is_written_is_read(host: int, token: bytes, key: bytes, flag: str) -> None:
    base_url = "https://" + "h" * host
    secret = base64.urlsafe_b64encode(key).rstrip(b"=").decode()
    url = manifest_url(base_url, token=new_address_token(lambda _: token))
    text = payload(url, key=secret, flag=flag)
    expected = Payload(url=url, key=secret, flag=flag)
    assert read_payload(text) == expected
    assert read_payload(viewer_address(base_url, payload=text)) == expected
    assert read_payload(f"  {text}\n") == expected


def test_an_address_may_have_128_characters_and_no_more() -> None:
    longest = "https://h.example/m/".ljust(128, "x")
    assert read_payload(payload(longest, key=KEY, flag="L")).url == longest
    with pytest.raises(AddressNotAllowed):
        payload(longest + "x", key=KEY, flag="L")
    with pytest.raises(UnreadablePayload):
        read_payload(shlink({"url": longest + "x", "key": KEY}))


@pytest.mark.parametrize("url", ["", "ftp://h/m/x", "https://", "https://h/ x", 'https://h/"x'])
def test_only_plain_web_addresses_are_written(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        payload(url, key=KEY, flag="L")


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "A", KEY[:-1] + "=", KEY[:-1] + "9"])
def test_only_whole_keys_are_written(key: str) -> None:
    with pytest.raises(KeyNotAllowed):
        payload(URL, key=key, flag="L")


@pytest.mark.parametrize("flag", ["PU", "UP", "LPU", "PL", "UL", "LL", "l", "LZ", "X", " "])
def test_only_the_standards_six_flags_are_written(flag: str) -> None:
    with pytest.raises(ValueError, match="flag"):
        payload(URL, key=KEY, flag=flag)


GOOD = {"url": URL, "key": KEY}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "shlink:/",
        "SHLINK:/" + shlink(GOOD)[8:],
        shlink(GOOD)[8:],
        shlink(GOOD) + "=",
        shlink(GOOD) + "!",
        "shlink:/A",
        "shlink:/" + "A" * 5000,
        shlink(b"not json"),
        shlink(b"\xff\xfe"),
        shlink(b"[" * 2000),
        shlink(b'{"url":NaN}'),
        shlink(f'{{"url":"{URL}","key":"{KEY}","key":"{KEY}"}}'.encode()),
        shlink([GOOD]),
        shlink("text"),
        shlink({"url": URL}),
        shlink({"key": KEY}),
        shlink(GOOD | {"url": 7}),
        shlink(GOOD | {"url": "javascript:alert(1)"}),
        shlink(GOOD | {"key": KEY[:-1]}),
        shlink(GOOD | {"key": KEY + "A"}),
        shlink(GOOD | {"key": None}),
        shlink(GOOD | {"flag": "PU"}),
        shlink(GOOD | {"flag": "LPU"}),
        shlink(GOOD | {"flag": 1}),
        shlink(GOOD | {"flag": "l"}),
        shlink(GOOD | {"exp": "tomorrow"}),
        shlink(GOOD | {"exp": True}),
        shlink(GOOD | {"exp": 1e400}),
        shlink(GOOD | {"label": "x" * 81}),
        shlink(GOOD | {"label": "two\nlines"}),
        shlink(GOOD | {"label": "\ud800"}),
        shlink(GOOD | {"v": "1"}),
        shlink(GOOD | {"v": True}),
        shlink(GOOD | {"v": 2}),
    ],
)
def test_a_spoilt_link_is_named_as_such(text: str) -> None:
    with pytest.raises(UnreadablePayload) as raised:
        read_payload(text)
    assert raised.value.problem


def test_a_newer_link_still_says_its_label() -> None:
    with pytest.raises(NewerPayload) as raised:
        read_payload(shlink({"v": 2, "label": "Crisis plan", "address": "elsewhere"}))
    assert raised.value.label == "Crisis plan"


def test_a_spoilt_link_says_its_label_too() -> None:
    with pytest.raises(UnreadablePayload) as raised:
        read_payload(shlink({"label": "Crisis plan", "url": URL, "key": "short"}))
    assert raised.value.label == "Crisis plan"


def test_what_we_do_not_know_is_passed_over() -> None:
    facts = GOOD | {"flag": "LZ", "v": 1, "exp": 1800000000, "label": "Été", "_new": {"a": [1]}}
    assert read_payload(shlink(facts)) == Payload(
        url=URL, key=KEY, flag="LZ", label="Été", exp=1800000000
    )


@given(st.text(max_size=300) | st.binary(max_size=300).map(shlink))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    with suppress(UnreadablePayload):
        read_payload(text)


def test_a_payload_does_not_print_its_secrets() -> None:
    shown = repr(read_payload(payload(URL, key=KEY, flag="L")))
    assert KEY not in shown
    assert URL not in shown
