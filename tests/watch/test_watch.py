"""A true regression of the real engine on the real module: interpreted instead of compiled.

That takes many times as long, on every processor: less is hidden by what else a machine does.
"""

import subprocess
import sys

import pandas as pd
from conftest import QUICK, snakemake

from scripts.common import files

OVERLAY = """
compare:
  builds: [native-plain, wasm-packed]
  modes: [aot]
  references: []
  benchmarks: [inference]
engines:
  interpreted: {runner: pulley, tool: wasmtime}
levers: []
watch: {base: wasmtime, candidate: interpreted}
benchmarks:
  inference: {min_rounds: 12, max_rounds: 12, iterations: 8, seconds_per_process: 0.5, discard: 1}
"""


def test_it_is_found_told_and_the_exit_code_says_so(run, tmp_path):
    """In a folder of its own, beside the quick run."""
    (tmp_path / "watch.yaml").write_text(OVERLAY)
    place = tmp_path / "place"
    overlays = (*QUICK, str(tmp_path / "watch.yaml"))
    done = snakemake(run, "--directory", str(place), *overlays, "--", "watch")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    (row,) = pd.read_csv(place / "results/watch.csv").to_dict("records")
    assert (row["build"], row["benchmark"], row["state"]) == ("wasm-packed", "inference", "slower")
    assert row["ratio_low"] > 1.03
    command = [sys.executable, "-m", "scripts.watch.tell"]
    told = subprocess.run(
        command,
        cwd=place,
        env={"PYTHONPATH": str(run)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1, told.stderr
    version = files.read_json(place / "results/tools/wasmtime.json")["version"]
    assert told.stdout.startswith(f"## candidate (interpreted {version}, ")


def test_without_anything_to_watch_one_line_says_what_to_type(run):
    done = snakemake(run, *QUICK, "--dry-run", "--", "watch")
    assert done.returncode != 0
    assert "type make watch BASE=ENGINE CANDIDATE=ENGINE@VERSION" in done.stdout + done.stderr
