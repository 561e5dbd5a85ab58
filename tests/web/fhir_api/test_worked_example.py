"""The example of docs/fhir/getting-in.md, run as it stands, by a shell, on a real server."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careplan.acts.partners import Published
from tests.conftest import Clock
from tests.journeys.conftest import serving
from tests.partners import a_client, an_administrator
from tests.visitors import a_hospital

PAGE = Path(__file__).resolve().parents[3] / "docs" / "fhir" / "getting-in.md"
NEEDS = ("bash", "openssl", "curl", "xxd", "jq")


@pytest.mark.skipif(not all(shutil.which(one) for one in NEEDS), reason=f"needs {', '.join(NEEDS)}")
def test_the_example_of_the_page_reads_a_search(sqlite_url: str, tmp_path: Path) -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    once, each_time = script.split("# Each time")
    clock = Clock(datetime.now(UTC))
    with serving(sqlite_url, clock) as site:
        base = f"{site.address}/fhir"

        def run(part: str, client: str = "") -> str:
            said = part.replace("https://plan.example.org/fhir", base)
            said = said.replace("the client id you were given", client or "none")
            command = ["bash", "-euo", "pipefail", "-c", said]
            done = subprocess.run(
                command, cwd=tmp_path, capture_output=True, check=True, timeout=60
            )
            return done.stdout.decode()

        run(once)
        admin = an_administrator(site.world, team_id=a_hospital(site.world))
        keys = Published(pasted=(tmp_path / "jwks.json").read_text())
        partner = a_client(site.world, by=admin, keys=keys, at=clock.now)
        # What is made once is not made again: only its first lines, the address and the client.
        answer = run(once.split("# Once")[0] + each_time, str(partner.partner_id))
    assert '"resourceType":"Bundle"' in answer, answer
    assert '"type":"searchset"' in answer
