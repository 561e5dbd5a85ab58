"""A parent agrees for a child and takes copies; none shows what is kept from helpers."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from tests.web.carer.test_helping import SECRETS, address, as_helper, family, filled

__all__ = ["family", "filled"]


def make(client, family, copy: str):
    home = address(family, "/copies")
    return client.submit(f"{home}/make/{copy}", seen_on=home)


def words(answer) -> str:
    if answer.mimetype == "text/plain":
        return " ".join(answer.get_data(as_text=True).split())
    pages = PdfReader(BytesIO(answer.get_data())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_parent_agrees_and_takes_every_copy(client, filled):
    as_helper(client, "abena")
    home = address(filled, "/copies")
    for consent in ("school", "gp"):
        assert make(client, filled, consent).status_code == 404
        assert client.submit(f"{home}/{consent}/agree", seen_on=home).status_code == 302
    for copy in ("large", "text", "ambulance", "school", "gp"):
        made = make(client, filled, copy)
        assert made.status_code == 200
        told = words(made)
        assert "Kofi Emmanuel Mensah" in told
        assert "A helper printed this" in told
        assert [one for one in SECRETS if one in told] == []
        assert "/s#shlink" not in told
    told = client.get(home).get_data(as_text=True)
    told += client.get(address(filled, "/show")).get_data(as_text=True)
    told += client.get(address(filled, "/show/ambulance")).get_data(as_text=True)
    assert [one for one in SECRETS if one in told] == []


def test_a_helper_who_only_reads_cannot_agree(client, filled):
    as_helper(client, "grace")
    home = address(filled, "/copies")
    page = client.page(client.get(home))
    assert "Only the person, or whoever answers for them" in page.text
    for deed in ("agree", "stop"):
        assert client.submit(f"{home}/school/{deed}", seen_on=home).status_code == 404
    assert make(client, filled, "school").status_code == 404
    assert make(client, filled, "large").status_code == 200


def test_a_stranger_to_the_family_gets_nothing(client, filled):
    for rest in ("/copies", "/show", "/show/ambulance"):
        assert client.get(address(filled, rest)).status_code == 302
