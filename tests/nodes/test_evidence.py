"""The long proof of several machines is of the code that is here."""

from __future__ import annotations

from prove import nodes
from prove.evidence import ROOT, kept


def test_the_machines_were_taken_away_from_this_code():
    assert kept(nodes.NAME).get("covers") == nodes.covers(), "run ops/nodes/run"


def test_what_was_found_is_what_was_to_be_proved():
    found = kept(nodes.NAME)
    met = {(stretch, kind): one for stretch, kind, one in found["met"]}
    assert {stretch for stretch, _ in met} == set(nodes.STRETCHES)
    assert all(one["failed_twice"] == 0 for one in met.values())
    assert met[nodes.PRIMARY_GONE, "openings"]["late"] > 0
    assert met[nodes.PRIMARY_GONE, "openings"]["refused"] == 0
    for kind, number in found["kept"].items():
        assert number >= found["acknowledged"].get(kind, 0), kind


def test_the_proxy_asks_again_only_for_what_may_be_done_twice():
    conf = (ROOT / "ops" / "nodes" / "nginx.conf").read_text("utf-8")
    _, forms, links = conf.split("location ")
    assert "non_idempotent" in links
    assert links.startswith("~ ^/(m|u|f)/")
    assert "non_idempotent" not in forms
    assert "access_log off" in conf
