"""OpenAPI 3.1 from the url map: an address stands here because it is routed, and says of itself
what its view, or the table of older doors, says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from careplan.fhir.capability import KINDS, SOFTWARE, VERSION, Interaction
from careplan.web.describing.doors import DOORS
from careplan.web.fhir_api.described import (
    Answer,
    Description,
    LetsIn,
    Parameter,
    Schema,
    Where,
    description_of,
)
from careplan.web.session import cookie_name

_VARIABLE = re.compile(r"<(?:[^>]*:)?([^>:]+)>")
_BY_ITSELF = frozenset({"HEAD", "OPTIONS"})
"""What the server answers of itself, wherever GET or anything is taken."""
_ABOUT = (
    "Every address of this service that answers JSON. For other systems: /fhir, beside its own "
    "statement at /fhir/metadata; the links (/m, /u, /f); the public keys. The rest is asked by "
    "the pages of this service, and is written down so that it can be tested."
)


def openapi(app: Flask, *, base_url: str) -> dict[str, Any]:
    """The document as plain data, in the order of the addresses."""
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, said in described_doors(app):
        paths.setdefault(address(rule), {})[method.lower()] = _operation(rule, method, said)
    made = {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": SOFTWARE, "version": VERSION, "description": _ABOUT},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {"securitySchemes": _schemes(base_url)},
    }
    return dict(_plain(made))


def _plain(value: Any) -> Any:
    """Read-only mappings and names from closed lists as JSON has them."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def described_doors(app: Flask) -> Iterator[tuple[Rule, str, Description]]:
    """Every route and method that says what it answers."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, one.endpoint)):
        for method in sorted((rule.methods or set()) - _BY_ITSELF):
            said = of_door(app, rule.endpoint, method)
            if said is not None:
                yield rule, method, said


def of_door(app: Flask, endpoint: str, method: str) -> Description | None:
    tabled = (one for one in DOORS.get(endpoint, ()) if one.is_of(method))
    return description_of(app.view_functions[endpoint], method) or next(tabled, None)


def address(rule: Rule) -> str:
    """`/m/<token>` as OpenAPI writes it: `/m/{token}`."""
    return _VARIABLE.sub(r"{\1}", rule.rule)


def _operation(rule: Rule, method: str, said: Description) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": f"{rule.endpoint}.{method.lower()}",
        "summary": said.summary,
        "description": f"Lets in: {said.lets_in}.",
        "parameters": [*_in_path(rule, said), *(_parameter(one) for one in _beside_path(said))],
        "responses": {str(code): _answer(one) for code, one in sorted(said.answers.items())},
        "security": _security(said),
    }
    if said.body is not None:
        content = {media: {"schema": dict(schema)} for media, schema in said.body.media.items()}
        made["requestBody"] = {"required": said.body.required, "content": content}
    return made


def _in_path(rule: Rule, said: Description) -> Iterator[dict[str, Any]]:
    """One for each variable of the route: in its own words, or else by how it is routed."""
    own = {one.name: one for one in said.parameters if one.where is Where.PATH}
    for name in _VARIABLE.findall(rule.rule):
        given = own.get(name)
        yield {
            "name": name,
            "in": "path",
            "required": True,
            **({"description": given.says} if given else {}),
            "schema": dict(given.schema if given else _routed(rule, name)),
        }


def _routed(rule: Rule, name: str) -> Schema:
    converter = rule._converters[name]  # noqa: SLF001  (the only place where werkzeug keeps it)
    if isinstance(converter, UUIDConverter):
        return {"type": "string", "format": "uuid"}
    if isinstance(converter, AnyConverter):
        return {"type": "string", "enum": sorted(converter.items)}
    return {"type": "string", "minLength": 1}


def _beside_path(said: Description) -> Iterator[Parameter]:
    return (one for one in said.parameters if one.where is not Where.PATH)


def _parameter(one: Parameter) -> dict[str, Any]:
    schema = dict(one.schema)
    made = {
        "name": one.name,
        "in": str(one.where),
        "required": one.required,
        "description": one.says,
        "schema": {"type": "array", "items": schema} if one.repeats else schema,
    }
    return made | ({"style": "form", "explode": True} if one.repeats else {})


def _answer(one: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {"description": one.says}
    if one.media:
        made["content"] = {media: {"schema": dict(schema)} for media, schema in one.media.items()}
    if one.headers:
        made["headers"] = {
            name: {"description": says, "schema": {"type": "string"}}
            for name, says in one.headers.items()
        }
    return made


def _security(said: Description) -> list[Mapping[str, list[str]]]:
    if said.lets_in is LetsIn.PARTNER:
        return [{"partner": [said.scope] if said.scope else []}]
    return [{"session": []}] if said.lets_in is LetsIn.SESSION else []


def _schemes(base_url: str) -> dict[str, Any]:
    flow = {"tokenUrl": f"{base_url}/fhir/token", "scopes": dict(_scopes())}
    return {
        "partner": {
            "type": "oauth2",
            "description": "SMART Backend Services: a signed assertion for a short-lived token.",
            "flows": {"clientCredentials": flow},
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(),
            "description": "Somebody signed in on the pages of this service.",
        },
    }


_DEEDS = {
    Interaction.READ: ("r", "read"),
    Interaction.SEARCH: ("s", "search"),
    Interaction.CREATE: ("c", "send"),
}


def _scopes() -> Iterator[tuple[str, str]]:
    """Each that opens a door; a token may carry several in one, as in system/CarePlan.rs."""
    for kind in KINDS:
        for one in kind.interactions:
            if one in _DEEDS:
                letter, deed = _DEEDS[one]
                yield f"system/{kind.name}.{letter}", f"{deed}: {kind.means}"
