"""When a run is added to the history, and what telling it takes."""

import pytest
from conftest import QUICK, planned_rules, snakemake
from made_up import remembered


@pytest.fixture
def plan(root, tmp_path):
    """A function that returns the rules that would run in an empty folder."""
    (tmp_path / "place").mkdir()
    quick = ("--cores", "2", "--configfile", str(root / QUICK[-1]))

    def rules(*arguments):
        place = ("--directory", str(tmp_path / "place"), "--nolock", "--dry-run")
        done = snakemake(root, *place, *quick, *arguments)
        assert done.returncode == 0, done.stderr
        return planned_rules(done)

    return rules


def test_a_report_is_remembered_unless_there_is_no_history(plan):
    assert "remember" in plan("--", "report")
    assert "remember" in plan("--", "all")
    rules = plan("--config", "history={folder: ''}", "--", "report")
    assert "report_html" in rules
    assert "remember" not in rules


def test_telling_measures_nothing_and_is_done_anew_where_a_run_was_added(root, tmp_path):
    place = tmp_path / "place"
    arguments = ("--snakefile", str(root / "Snakefile"), "--directory", str(place))
    for number, words in enumerate(("jobs: 1,", "jobs: 2,")):
        date = f"2026-11-0{number + 1}T08:00:00+00:00"
        remembered(tmp_path / str(number), place / "history", date=date)
        done = snakemake(tmp_path, *arguments, "--cores", "1", "--", "history")
        assert done.returncode == 0, done.stderr[-3000:]
        assert words in (place / "results/history.md").read_text()
    assert (place / "results/history/cold_start.svg").is_file()
    again = snakemake(tmp_path, *arguments, "--dry-run", "--", "history")
    assert planned_rules(again) == set()
