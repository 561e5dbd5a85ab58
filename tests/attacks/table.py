"""The table of attacks as values, and how a control is switched off in a copy of the tree."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("attacks.toml")

_LONG, _NEAR = 80, 5


class Rotten(AssertionError):
    """A row that no longer fits the tree."""


@dataclass(frozen=True)
class Off:
    """One text of one file, and what stands in its place while the control is off."""

    file: str
    text: str
    instead: str

    def apply(self, tree: Path) -> None:
        (tree / self.file).write_text(self._whole(tree).replace(self.text, self.instead), "utf-8")

    def _whole(self, tree: Path) -> str:
        path = tree / self.file
        whole = path.read_text("utf-8") if path.is_file() else ""
        if whole.count(self.text) != 1:
            raise Rotten(f"{self.file} has {whole.count(self.text)} times: {self.text!r}")
        return whole

    def around(self, tree: Path) -> str:
        """The control as it is: the function around it, or the paragraph of a script."""
        whole = self._whole(tree)
        at = whole.index(self.text)
        if not self.file.endswith(".py"):
            start, end = whole.rfind("\n\n", 0, at), whole.find("\n\n", at + len(self.text))
            return whole[max(start, 0) : end if end > 0 else None]
        line = whole.count("\n", 0, at) + 1
        spans = [
            node
            for node in ast.walk(ast.parse(whole))
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
        ]
        named = [n for n in spans if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        found = max(named or spans, key=lambda node: node.lineno) if spans else None
        lines = whole.split("\n")
        start, end = (found.lineno - 1, found.end_lineno or line) if found else (line - 1, line)
        if end - start > _LONG:  # a table of everything: only the lines about it
            start, end = max(line - _NEAR, start), min(line + _NEAR, end)
        return "\n".join(lines[start:end])


@dataclass(frozen=True)
class Attack:
    name: str
    kind: str
    tries: str
    control: str
    tests: tuple[str, ...]
    off: tuple[Off, ...]
    # Not part of what was proved: naming another requirement asks for no new proof.
    asvs: tuple[str, ...] = field(default=(), repr=False)
    # Only where the control is the database's own: what else we do is the same on both.
    database: str = field(default="sqlite", repr=False)

    @property
    def files(self) -> tuple[str, ...]:
        """Its controls' files and its tests'."""
        return (*(one.file for one in self.off), *(one.split("::")[0] for one in self.tests))

    def covers(self, tree: Path = ROOT) -> str:
        """A digest of what a proof of this row was about: the row, and its control's own text."""
        said = [repr(self), *(one.around(tree) for one in self.off)]
        return sha256("\0".join(said).encode()).hexdigest()[:16]


def attacks(path: Path = TABLE) -> tuple[Attack, ...]:
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["attack"]
    return tuple(
        Attack(
            name=row["name"],
            kind=row["kind"],
            tries=row["tries"],
            control=row["control"],
            tests=tuple(row["tests"]),
            off=tuple(Off(**one) for one in row["off"]),
            asvs=tuple(row.get("asvs", ())),
            database=row.get("database", "sqlite"),
        )
        for row in rows
    )
