"""A page of Markdown for each profile, extension, value set and code system of the guide.

They are made from the same files a package is made from, so they cannot say anything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from careplan.fhir import profiles, snapshots
from careplan.fhir.guide import GROUPS, examples, group_of, resources, title_of
from careplan.fhir.tree import Tree

PAGED = ("profiles", "extensions", "value-sets", "code-systems")
FILES = "../../../fhir_profiles"
MANY_TYPES = 4
_KEPT = ("min", "max", "mustSupport")


@dataclass
class Guide:
    """Every resource by its address, and who points at whom."""

    known: Mapping[str, Tree] = field(
        default_factory=lambda: {one["url"]: one for one in resources().values()}
    )
    shown: Mapping[str, Tree] = field(default_factory=examples)

    def of(self, group: str) -> list[Tree]:
        found = [one for one in self.known.values() if group_of(one) == group]
        return sorted(found, key=lambda one: str(one["id"]).casefold())

    def bound_to(self, value_set: str) -> Iterator[tuple[Tree, str, str]]:
        """Who takes a code from this set, where, and how strictly."""
        for one in self.known.values():
            for rule in one.get("differential", {}).get("element", ()):
                if rule.get("binding", {}).get("valueSet") == value_set:
                    yield one, _place(rule["id"]), rule["binding"]["strength"]

    def asked_in(self, value_set: str) -> Iterator[tuple[Tree, str]]:
        for one in self.known.values():
            for item in _items(one) if one["resourceType"] == "Questionnaire" else ():
                if item.get("answerValueSet") == value_set:
                    yield one, item["linkId"]


def pages() -> dict[str, str]:
    """Every page by its file name in docs/fhir/profiles/."""
    guide = Guide()
    makers = {
        "profiles": _profile,
        "extensions": _extension,
        "value-sets": _value_set,
        "code-systems": _code_system,
    }
    return {
        page_of(one): _page(one, makers[group](guide, one))
        for group in PAGED
        for one in guide.of(group)
    }


def lists() -> str:
    """For docs/fhir/README.md: every resource of the guide with what it is for."""
    guide, made = Guide(), []
    for group, title in GROUPS.items():
        found = [] if group == "code-systems" else guide.of(group)
        if found:
            made += ["", f"### {title}", "", "| | what it is for |", "|---|---|"]
            made += [f"| {_listed(guide, one)} | {_about(one)} |" for one in found]
    return "\n".join(made).strip()


def _listed(guide: Guide, one: Tree) -> str:
    """A value set of ours stands in one row with the code system it is all of."""
    link = _link(one, "profiles/")
    if one["resourceType"] != "ValueSet":
        return link
    system = guide.known[one["compose"]["include"][0]["system"]]
    return f"{link}, [codes](profiles/{page_of(system)})"


def page_of(resource: Tree) -> str:
    return f"{resource['resourceType']}-{resource['id']}.md"


def _page(resource: Tree, parts: Iterator[str]) -> str:
    kept = f"{FILES}/{resource['resourceType']}-{resource['id']}.json"
    head = [f"# {title_of(resource)}", "", f"`{resource['url']}`", ""]
    tail = ["", f"Source: [{resource['resourceType']}-{resource['id']}.json]({kept})."]
    return "\n".join([*head, *parts, *tail]) + "\n"


# --- profiles and extensions -------------------------------------------------------------------


def _profile(guide: Guide, one: Tree) -> Iterator[str]:
    base = one["baseDefinition"]
    version, minimums = profiles.UKCORE_MINIMUMS[one["type"]]
    yield one["description"]
    yield ""
    yield f"A profile of FHIR R4’s **{one['type']}**, derived from UK Core `{base}` ({version})."
    if minimums:
        asked = ", ".join(f"`{rule['id']}`" for rule in minimums)
        yield f"UK Core asks for {asked} beyond FHIR."
    yield "What is not listed stands as FHIR and UK Core have it."
    yield ""
    yield from _table(guide, _rules(one))
    yield ""
    yield "Examples of it are inside the [example documents](../README.md#examples)."


def _extension(guide: Guide, one: Tree) -> Iterator[str]:
    yield one["description"]
    yield ""
    yield "Stands in " + ", ".join(f"`{each['expression']}`" for each in one["context"]) + "."
    yield ""
    yield from _table(guide, list(_parts(one)))
    found = next((each for each in _objects(guide.shown) if each.get("url") == one["url"]), None)
    if found:
        yield from ("", "For example:", "```json", json.dumps(found, indent=2, ensure_ascii=False))
        yield "```"


def _rules(definition: Tree) -> list[Tree]:
    """Every rule that says something, with how many the snapshot then allows."""
    whole = {one["id"]: one for one in snapshots.elements(definition)}
    return [
        _effective(whole[rule["id"]])
        | rule
        | {name: whole[rule["id"]][name] for name in _KEPT if name in whole[rule["id"]]}
        for rule in definition["differential"]["element"]
        if "." in rule["id"] and not rule["id"].endswith(".url")
    ]


def _effective(element: Tree) -> Tree:
    """The types it may have, as far as naming them helps anybody."""
    types = element.get("type", [])
    inner = any(one["code"] in ("BackboneElement", "Element", "Extension") for one in types)
    return {} if inner or len(types) > MANY_TYPES else {"type": types}


def _parts(definition: Tree) -> Iterator[Tree]:
    """Of an extension: its value, or each of its parts with the value it has."""
    rules = {rule["id"]: rule for rule in _rules(definition)}
    for identity, rule in rules.items():
        value = rules.get(f"{identity}.value[x]")
        if value:
            inner = {name: value[name] for name in ("type", "binding") if name in value}
            yield rule | inner | {"id": f"Extension.{rule['sliceName']}"}
        elif identity == "Extension.value[x]" and rule["max"] != "0":
            yield rule | {"id": "Extension.value", "short": title_of(definition)}


def _table(guide: Guide, rules: list[Tree]) -> Iterator[str]:
    yield "| element | how many | type | meaning | must be |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        row = (
            f"`{_place(rule['id'])}`",
            "none" if rule["max"] == "0" else f"{rule['min']}..{rule['max']}",
            ", ".join(_type(guide, each) for each in rule.get("type", ())),
            _text(rule["short"]),
            _must(guide, rule),
        )
        yield f"| {' | '.join(row)} |"


def _place(identity: str) -> str:
    return identity.partition(".")[2] or identity


def _type(guide: Guide, one: Mapping[str, Any]) -> str:
    for url in one.get("profile", ()) if one["code"] == "Extension" else ():
        known = guide.known.get(url)
        return _link(known) if known else f"`{url}`"
    return f"`{one['code']}`"


def _must(guide: Guide, rule: Tree) -> str:
    said = []
    for name, value in rule.items():
        if name.startswith("fixed"):
            said.append(f"`{json.dumps(value) if isinstance(value, bool) else value}`")
        elif name.startswith("pattern"):
            said += [f"`{each['system']}` `{each['code']}`" for each in value["coding"]]
    binding = rule.get("binding")
    if binding:
        said.append(f"{_link(guide.known[binding['valueSet']])} ({binding['strength']})")
    if rule.get("mustSupport"):
        said.append("supported (UK Core)")
    if rule.get("slicing", {}).get("rules") == "closed":
        said.append("nothing else")
    return "; ".join(said)


# --- codes -------------------------------------------------------------------------------------


def _value_set(guide: Guide, one: Tree) -> Iterator[str]:
    (include,) = one["compose"]["include"]
    system = guide.known[include["system"]]
    yield f"All {system['count']} codes of {_link(system)}."
    bound = list(guide.bound_to(one["url"]))
    asked = list(guide.asked_in(one["url"]))
    if bound:
        yield from ("", "| bound in | element | strength |", "|---|---|---|")
        yield from (f"| {_link(each)} | `{place}` | {how} |" for each, place, how in bound)
    if asked:
        yield from ("", "| asked for in | linkId |", "|---|---|")
        yield from (f"| {_link(each)} | `{link}` |" for each, link in asked)


def _code_system(guide: Guide, one: Tree) -> Iterator[str]:
    whole = _link(guide.known[one["valueSet"]])
    yield f"Our own codes, all of them; capital letters count. As a value set: {whole}."
    yield from ("", "| code | meaning |", "|---|---|")
    for concept in one["concept"]:
        yield f"| `{concept['code']}` | {_text(concept['display'])} |"


# --- words and links ---------------------------------------------------------------------------


def _about(one: Tree) -> str:
    told = None if one["resourceType"] == "ValueSet" else one.get("description")
    return _text(told or title_of(one))


def _link(one: Tree, folder: str = "") -> str:
    """To its page, or to the file of what has none."""
    if group_of(one) in PAGED:
        return f"[{one['id']}]({folder}{page_of(one)})"
    up = FILES if not folder else FILES.removeprefix("../")
    return f"[{one['id']}]({up}/{one['resourceType']}-{one['id']}.json)"


def _text(words: str) -> str:
    """A cell of a table is one line, without the sign between cells."""
    return " ".join(words.split()).replace("|", "\\|")


def _objects(value: Any) -> Iterator[Tree]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _objects(inner)


def _items(questionnaire: Tree) -> Iterator[Tree]:
    for one in questionnaire.get("item", ()):
        yield one
        yield from _items(one)
