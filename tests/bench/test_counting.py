"""Instructions, counted by the real valgrind of real small programs."""

import platform
import subprocess

import pandas as pd
import pytest
from conftest import build_measure

from scripts.bench import counting, job, registry
from scripts.bench.harness import Harness
from scripts.bench.spawning import RunError, Spawner
from scripts.common.errors import UserError
from scripts.contenders.runner import COMPILING
from scripts.tools import installers, location

# A classifier in the shell: it counts up to 100 for an inference, of as many as it is asked for.
CLASSIFIER = r"""
n=$(sed -n 's/.*"iterations": \([0-9]*\).*/\1/p'); i=0; found=
while [ $i -lt ${n:-1} ]; do
    k=0; while [ $k -lt 100 ]; do k=$((k + 1)); done
    i=$((i + 1)); found="$found, $i"
done
echo "{\"inference_ns\": [${found#, }]}"
"""
# A program of one instruction on vectors of 512 bits.
WIDE = 'int main(void) { __asm__ volatile(".byte 0x62,0xf1,0x7c,0x48,0x58,0xc0"); }'


@pytest.fixture(scope="session")
def valgrind(tmp_path_factory):
    """The workflow's valgrind."""
    try:
        log = tmp_path_factory.mktemp("log") / "log"
        return location.locate(installers.find("valgrind", None, log))
    except UserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    return build_measure(tmp_path_factory.mktemp("measure"))


@pytest.fixture
def harness(programs, valgrind, tmp_path):
    """A harness that has valgrind and, whatever this machine's kernel gives, no counters."""
    spawner = Spawner(str(programs / "spawn"), tmp_path)
    found = Harness(spawner, {"image": "x"}, {"inferences": 3}, {"valgrind": valgrind})
    vars(found)["has_counters"] = False
    return found


def contender(name, command, traits=()):
    """A record as records.py makes it."""
    names = {"contender": name, "build": name, "engine": "none", "mode": "native"}
    gate = {"passed": True, "reason": None}
    return names | {
        "command": command, "noop_command": ["true"], "env": {}, "cache_dir": None,
        "traits": list(traits), "judged_as": name, "gate": gate,
    }  # fmt: skip


def shell(count):
    """A contender that counts up to a number."""
    script = f"k=0; while [ $k -lt {count} ]; do k=$((k + 1)); done"
    return contender("sh", ["sh", "-c", script])


def test_counts_repeat_and_grow_with_what_is_executed(harness):
    once, again, twice, thrice = (
        counting.by_valgrind(harness, shell(count)) for count in (2000, 2000, 4000, 6000)
    )
    assert again == pytest.approx(once, rel=1e-3)
    assert thrice - twice == pytest.approx(twice - once, rel=0.02)
    assert twice - once > 2000 * 10
    (said,) = {text for text in harness.counted if "valgrind" in text}
    assert said.removeprefix("instructions by valgrind ")[0].isdigit()


def test_threads_take_the_same_turns_each_time(harness):
    """The program sees one core."""
    counting.by_valgrind(harness, contender("a", ["sh", "-c", "test $(nproc) = 1"]))


def test_an_inference_is_what_one_more_of_them_takes(harness):
    rows = registry.benchmark("instructions").measure(
        harness, contender("a", ["sh", "-c", CLASSIFIER])
    )
    values = {metric: value for metric, unit, value in rows if unit == "million"}
    assert set(values) == {"instructions", "inference"}
    hundred = counting.by_valgrind(harness, shell(200)) - counting.by_valgrind(harness, shell(100))
    # With what the loop around it takes, and without what larger numbers do.
    assert 0.8 * hundred < 1e6 * values["inference"] < 1.5 * hundred
    assert values["instructions"] > values["inference"]


def test_what_compiles_is_counted_once(harness):
    compiling = contender("a", ["sh", "-c", CLASSIFIER], traits=[COMPILING])
    rows = registry.benchmark("instructions").measure(harness, compiling)
    assert [metric for metric, _, _ in rows] == ["instructions"]


def test_fewer_inferences_than_asked_for_are_a_failure(harness):
    with pytest.raises(RunError, match="1 inferences were answered, 4 were asked for"):
        registry.benchmark("instructions").measure(
            harness, contender("a", ["echo", '{"inference_ns": [1]}'])
        )


@pytest.mark.skipif(platform.machine() != "x86_64", reason="AVX-512 is of x86-64")
def test_what_valgrind_does_not_know_is_told(harness, tmp_path):
    """As code for a processor with AVX-512 ends, whatever this one has."""
    (tmp_path / "wide.c").write_text(WIDE)
    subprocess.run(["cc", "-o", tmp_path / "wide", tmp_path / "wide.c"], check=True)
    why = "signal 4.*does not know one of its instructions: unhandled .* bytes: 0x62 0xF1 0x7C"
    with pytest.raises(RunError, match=why):
        counting.by_valgrind(harness, contender("wide", [str(tmp_path / "wide")]))


def test_what_starts_another_program_is_not_counted_as_the_one_before(harness):
    """Valgrind does not follow it, and writes nothing."""
    counting.by_valgrind(harness, shell(10))
    with pytest.raises(RunError, match="was not counted: it starts another program"):
        counting.by_valgrind(harness, contender("shim", ["sh", "-c", "exec sleep 0"]))


def test_a_program_s_own_failure_is_no_lack_of_valgrinds(harness):
    with pytest.raises(RunError) as caught:
        counting.by_valgrind(harness, contender("a", ["sh", "-c", "echo broken >&2; exit 3"]))
    assert str(caught.value) == "ended with exit code 3: broken, under valgrind"


def test_a_job_counts_by_the_processor_or_by_valgrind_and_says_which(programs, valgrind, tmp_path):
    limits = {"warmup_rounds": 0, "min_rounds": 2, "max_rounds": 2, "ratio_width": 0.1}
    plan = {
        "benchmark": "instructions", "mode": "aot", "model": "m", "weights": "seeded", "seed": 1,
        "baseline": "a", "confidence": 0.99, "programs": {"valgrind": valgrind},
        "settings": limits | {"budget_seconds": 60, "inferences": 3},
        "contenders": [
            contender("a", ["sh", "-c", CLASSIFIER]),
            contender("broken", ["sh", "-c", "exit 3"]),
        ],
    }  # fmt: skip
    spawner = Spawner(str(programs / "spawn"), tmp_path)
    samples, meta = job.measure(plan, spawner, {"image": "x"})
    table = pd.DataFrame(samples)
    assert table.groupby("metric").size().to_dict() == {"inference": 2, "instructions": 2}
    counts = table[table.metric == "instructions"].value
    assert counts.max() == pytest.approx(counts.min(), rel=1e-3)
    (skipped,) = meta["skipped"]
    assert skipped["contender"] == "broken"
    said = " ".join(meta["counted"])
    assert ("instructions by valgrind" in said) == ("unavailable" in said)
