"""Presses a button by its words, as a thumb does, with all that its own form holds."""

from __future__ import annotations


def press(client, page, button, /, **more):
    """The button with these words, as a thumb presses it, with all that its form holds."""
    form = the_form(client.page(client.get(page)), button)
    return client.post(form.pop("to") or page, data={**form, **more})


def the_form(page, words):
    for form in page.find("form"):
        buttons = [one for one in form.iter("button") if "".join(one.itertext()).strip() == words]
        if buttons:
            held = {one.get("name"): one.get("value") for one in form.iter("input")
                    if one.get("type") == "hidden"}  # fmt: skip
            button = buttons[0]
            named = {button.get("name"): button.get("value")} if button.get("name") else {}
            return {"to": form.get("action"), **held, **named}
    raise LookupError(f"no button says {words}")
