"""The whole way at the desk: every clinical fact of the ordinary adult goes in and is signed."""

from __future__ import annotations

from typing import Any

from careplan.acts.world import World
from careplan.plan.care_plan import CLINICAL, SECTIONS
from careplan.plan.codec import from_plain
from tests import make
from tests.web.reader import Reader
from tests.web.team.desk import a_desk, with_step


def test_every_clinical_fact_goes_in_and_is_signed(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    wanted = make.ada_clinical()
    for name in CLINICAL:
        answer = desk.write(name, wanted)
        assert answer.status_code == 302, (name, client.page(answer).errors)
    for name in CLINICAL:
        assert from_plain(SECTIONS[name], desk.plain(name)) == wanted.section(name), name
    assert "Nothing found by these few rules" in desk.page().text

    signing = desk.page("sign")
    assert "morphine 10 mg" in signing.text
    assert "This is not an interaction check" in signing.text
    assert desk.sign().status_code == 302

    shown = desk.page()
    assert "Signed and published as version 1" in shown.text
    assert "Not yet seen by the patient" in shown.text
    assert "morphine 10 mg" in shown.text
    version = desk.page("versions/1")
    assert "GMC 7012345" in version.text
    assert "Version 1" in desk.page("versions").text


def test_a_change_is_told_in_words_before_it_is_signed(
    client: Reader, world: World, clock: Any
) -> None:
    desk = a_desk(client, world)
    desk.draft_all()
    desk.sign_behind()
    clock.go_on(minutes=1)
    changed = with_step(make.ada_clinical(), 3, dose=make.mg("11"))
    assert desk.write("pain_plan", changed).status_code == 302
    overview = desk.page()
    assert "Sections were changed after the last signature" in overview.text
    assert "morphine 10 mg" in overview.text
    signing = desk.page("sign")
    assert "“10 mg” became “11 mg”" in signing.text
    assert desk.sign().status_code == 302
    assert "morphine 11 mg" in desk.page().text
    assert "“10 mg” became “11 mg”" in desk.page("versions/2").text
    assert "This is an old version" in desk.page("versions/1").text
