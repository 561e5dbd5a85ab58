"""What every application of the tests compiles alike, compiled once in each worker.

Each test has an application of its own, and compiling its templates and its addresses anew took
longer than most tests. Only code is kept here: no page, nothing of a person, nothing a test did.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """By name, file and text: a template that is written anew is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


class Address(Rule):
    """Rules of the same text are written out by the same function, which holds no rule itself."""

    _kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, *self._trace, append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


TEMPLATES = Templates()
Flask.url_rule_class = Address


def keep_compiled(app: Flask) -> Flask:
    """The application, which asks here before it compiles a template."""
    app.jinja_env.bytecode_cache = TEMPLATES
    return app
