"""The fingerprint quotes what the jobs recorded, and says where they do not agree."""

import copy
import json

import pytest

from scripts.common import host
from scripts.report import caveats, fingerprint

JOB = {
    "model": "net",
    "benchmark": "cold_start",
    "mode": "jit",
    "busy_start": 0.05,
    "host": host.facts(),
    "tools": {"wasmtime": {"version": "48.0.8", "sha256": "0d"}},
}
JOB["host"]["cpu"] |= {"cores": 2, "virtual": False, "governor": None}
JOB["host"]["damon"] = False


def job(benchmark, *path, value=None):
    """A job's record, one value of it changed."""
    found = copy.deepcopy(JOB) | {"benchmark": benchmark}
    place = found
    for key in path[:-1]:
        place = place[key]
    if path:
        place[path[-1]] = value
    return found


def test_jobs_of_one_machine_need_no_warning():
    assert caveats.warnings([job("cold_start"), job("memory", "host", "date", value="later")]) == []


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("host", "cpu", "model"), "another", "processors"),
        (("host", "cpu", "flags"), ["avx"], "processor features"),
        (("host", "name"), "node2", "machines"),
        (("host", "kernel"), "6.99", "kernels"),
        (("host", "packages"), {"numpy": "9"}, "package versions"),
        (("host", "git", "commit"), "0000000", "commits"),
        (("host", "git", "changed"), "changed since", "uncommitted changes"),
        (("tools", "wasmtime", "sha256"), "0e", "engines (wasmtime)"),
    ],
)
def test_jobs_that_differ_are_named(path, value, words):
    found = caveats.warnings([job("cold_start"), job("memory"), job("size", *path, value=value)])
    (line,) = found
    assert words in line
    assert "cold_start (jit), memory (jit); size (jit)" in line


def test_jobs_that_measure_other_engines_do_not_differ():
    """What is interpreted or compiled at its start has no job ahead of time."""
    other = job("size", "tools", value={"wasmi": {"version": "2.0.0", "sha256": "1f"}})
    assert caveats.warnings([job("cold_start"), other]) == []


def test_jobs_on_one_core_are_named():
    kept = [job("cold_start", "core", value=1), job("inference", "core", value=1)]
    (line,) = caveats.warnings([*kept, job("memory", "core", value=None), job("size")])
    assert line.endswith("on one core (`one_core`) in cold_start (jit), inference (jit).")


def test_the_state_of_the_machine_is_told():
    busy = job("memory", "busy_start", value=1.9)
    assert caveats.warnings([job("memory", "busy_start", value=None)]) == []
    single = job("size", "host", "cpu", "cores", value=1)
    lines = caveats.warnings([single, busy])
    assert any(
        "before memory (jit) began, other programs kept 1.9 of 2 cores" in line for line in lines
    )
    assert any("one core" in line for line in lines)
    watched = job("size", "host", "damon", value=True)
    assert any("DAMON" in line for line in caveats.warnings([watched]))
    powersave = job("size", "host", "cpu", "governor", value="powersave")
    assert any("`powersave`" in line for line in caveats.warnings([powersave]))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("cpu", "virtual"), True, "a virtual machine"),
        (("cpu", "governor"), "powersave", "`powersave`"),
        (("damon",), True, "DAMON"),
    ],
)
def test_the_state_of_every_machine_is_told_once(path, value, words):
    others = [job(name, "host", *path, value=value) for name in ("memory", "size")]
    lines = caveats.warnings([job("cold_start"), *others])
    assert sum(words in line for line in lines if "ran with different" not in line) == 1


def test_the_machine_is_the_one_that_measured(tmp_path):
    """Whatever machine writes the report."""
    tool, measured = tmp_path / "tool.json", tmp_path / "job.json"
    tool.write_text(json.dumps({"name": "wasmtime", "version": "48.0.8"}))
    measured.write_text(json.dumps(job("size", "host", "kernel", value="another kernel")))
    arguments = ["--tools", str(tool), "--artifacts", str(tool), "--jobs", str(measured)]
    assert fingerprint.main([*arguments, "--config", "{}", "--out", str(tmp_path / "m.json")]) == 0
    found = json.loads((tmp_path / "m.json").read_text())
    assert found["kernel"] == "another kernel"
    assert found["measured"] == [JOB["host"]["date"]] * 2
    assert found["jobs"][0]["host"]["kernel"] == "another kernel"


def test_a_checkout_that_changed_on_the_way_is_not_called_a_commit():
    """The first job ran on the commit, a later one did not."""
    clean, changed = (job("size", "host", "git", "changed", value=value) for value in (False, True))
    for jobs, told in (([clean, clean], False), ([clean, changed], True)):
        assert fingerprint.fingerprint([], [], jobs, {})["git"]["changed"] is told
    nowhere = job("size", "host", "git", value={"commit": None, "changed": None})
    assert fingerprint.fingerprint([], [], [nowhere], {})["git"]["changed"] is None


def test_a_kernel_that_watches_pages_is_known_by_its_thread(tmp_path, monkeypatch):
    monkeypatch.setattr(host, "PROCESSES", tmp_path)
    (tmp_path / "7").mkdir()
    (tmp_path / "7/comm").write_text("sshd\n")
    assert host.damon() is False
    (tmp_path / "8").mkdir()
    (tmp_path / "8/comm").write_text("kdamond.0\n")
    assert host.damon() is True


def test_a_package_that_a_job_lacks_is_no_error():
    assert host.version("no-such-package") is None


def test_a_job_is_named_with_its_model_where_there_are_several():
    one, other = JOB, copy.deepcopy(JOB) | {"model": "other"}
    assert caveats.name(one, [one]) == "cold_start (jit)"
    assert "other" in caveats.name(other, [one, other])
