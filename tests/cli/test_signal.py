"""`internkontroll signal FILE`: the rules of run charts, from a file, without any settings."""

import json
from pathlib import Path

import pytest

from cli.main import main


def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], *lines: str) -> dict[str, object]:
    file = tmp_path / "tal.csv"
    file.write_text("\n".join(["tal", *lines]) + "\n", encoding="utf-8")
    assert main(["signal", str(file)]) == 0
    said: dict[str, object] = json.loads(capsys.readouterr().out)
    return said


def test_a_shift_is_a_signal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(tmp_path, capsys, *["2"] * 10, *["9"] * 10)
    assert said == {
        "n": 20,
        "median": 5.5,
        "longest_run": 10,
        "crossings": 1,
        "limits": {"longest_run": 7, "crossings": 6},
        "signal": True,
    }


def test_points_on_the_median_do_not_count_and_chance_is_no_signal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(tmp_path, capsys, "1", "3", "2", "1", "3", "2", "3", "1", "2,0", "1", "3", "")
    assert (said["n"], said["median"], said["signal"]) == (8, 2.0, False)


@pytest.mark.parametrize("lines", [["to"], ["1", "nan"], []])
def test_a_file_that_is_not_understood_is_said_so(lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tal.csv"
    file.write_text("\n".join(["tal", *lines]), encoding="utf-8")
    assert main(["signal", str(file)]) == 1
    assert "tal.csv" in capsys.readouterr().err
