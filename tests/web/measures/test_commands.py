"""The commands that work the measures out and load the table of postcodes."""

from __future__ import annotations

from pathlib import Path

from flask import Flask


def test_they_say_what_they_did(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner()
    told = run.invoke(args=["measures"])
    assert (told.exit_code, told.output) == (0, "Reports read to count: 0.\n")
    table = tmp_path / "fifths.csv"
    table.write_text("postcode,quintile\nSE1 7EH,1\nnowhere,2\n")
    told = run.invoke(args=["load-deprivation", str(table)])
    assert told.exit_code == 0
    assert "Line 3: “nowhere” is no postcode." in told.output
    assert "Postcodes kept: 1. Rows refused: 1." in told.output
    table.write_text("nothing like it")
    told = run.invoke(args=["load-deprivation", str(table)])
    assert told.exit_code == 1
    assert "Cannot: fifths.csv could not be loaded" in told.output
