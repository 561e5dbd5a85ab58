"""`bin/prove`: runs the campaign that is named."""

from __future__ import annotations

import sys
from importlib import import_module

CAMPAIGNS = (
    "at_rest",
    "attacks",
    "audit",
    "crashes",
    "descriptions",
    "enumeration",
    "fuzz",
    "guesses",
    "image",
    "load",
    "nodes",
    "partitions",
    "setups",
)


def main(asked: list[str]) -> int:
    if not asked or asked[0] not in CAMPAIGNS:
        print(f"bin/prove: name one of {', '.join(CAMPAIGNS)}", file=sys.stderr)
        return 2
    return int(import_module(f"prove.{asked[0]}").prove(asked[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
