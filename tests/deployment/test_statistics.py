"""The schedule, the knee, the slope, the kernel's accounts: figures with known answers."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common import memory
from scripts.deployment import knee, schedule, slope, tables
from scripts.deployment.answers import Answer

QUICK = settings(max_examples=50)
RATES = st.lists(st.integers(1, 10**4), min_size=2, max_size=20, unique=True)
INTERVAL = 10**7


def sent(*late):
    return [Answer(i, i * INTERVAL + ns, 1, 200, "", b"", "", {}) for i, ns in enumerate(late)]


@QUICK
@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(0, 10**15))
def test_lateness_is_against_the_most_punctual_request(late, began):
    found = schedule.lateness(sent(*(began + ns for ns in late)), INTERVAL)
    assert list(found) == [ns - min(late) for ns in late]


def test_a_generator_that_falls_behind_is_found_out():
    allowed = 5 * 10**6
    assert schedule.drift(sent(*[0] * 99, 10**9), INTERVAL, allowed, 100) is None
    assert "late" in schedule.drift(sent(*[0] * 98, 10**9, 10**9), INTERVAL, allowed, 100)
    # Each a little later than the one before: a rate that was not reached.
    assert "late" in schedule.drift(sent(*range(0, 10**8, 10**6)), INTERVAL, allowed, 100)
    assert "the schedule has 3" in schedule.drift(sent(0, 0), INTERVAL, allowed, 3)


@QUICK
@given(RATES, st.floats(0.05, 0.95))
def test_the_knee_of_a_service_that_follows_up_to_its_capacity_is_that(offered, place):
    capacity = min(offered) + place * (max(offered) - min(offered))
    found = knee.plateau(offered, [min(rate, capacity) for rate in offered])
    assert found == pytest.approx(capacity)


def test_a_knee_that_was_not_reached_is_none():
    assert np.isnan(knee.reached([1, 2, 4], [1, 2, 4]))
    assert knee.reached([1, 2, 4], [1, 2, 2]) == 2


def test_latency_counts_from_when_a_request_should_have_left():
    found = schedule.from_their_time(sent(5, 7, 5), INTERVAL)
    assert [answer.latency for answer in found] == [1, 3, 1]
    assert [answer.sent for answer in found] == [5, INTERVAL + 5, 2 * INTERVAL + 5]
    assert [answer.done for answer in found] == [answer.done for answer in sent(5, 7, 5)]


@QUICK
@given(RATES, st.floats(0.1, 0.9), st.randoms(use_true_random=False))
def test_no_other_plateau_fits_better(offered, place, random):
    done = [rate * random.uniform(0.2, 1.1) for rate in offered]

    def error(c):
        return sum((min(rate, c) - found) ** 2 for rate, found in zip(offered, done, strict=True))

    best = knee.plateau(offered, done)
    for other in np.linspace(0, max(offered), 101):
        assert error(best) <= error(other) * (1 + 1e-9) + 1e-9


def test_a_service_that_was_never_full_has_its_knee_at_the_highest_rate_or_beyond():
    assert knee.plateau([3, 1, 2], [3, 1, 2]) == 3


def test_latency_crosses_between_two_rates():
    assert knee.crossing([1, 2, 3], [10, 10, 30], 2) == pytest.approx(2.5)
    assert knee.crossing([1, 2], [10, 20], 2) == 2
    assert np.isnan(knee.crossing([1, 2, 3], [10, 11, 12], 2))


@QUICK
@given(RATES, st.floats(-100, 100), st.floats(-1000, 1000))
def test_the_slope_of_a_line_is_its_own(x, each, first):
    found = slope.slope(x, [first + each * at for at in x], 0.9)
    assert found.slope == pytest.approx(each, abs=1e-6)


def test_the_slope_s_interval_holds_what_it_promises():
    random, x = np.random.default_rng(7), np.repeat([1, 2, 4, 8, 16, 32], 3)
    held = 0
    for _ in range(300):
        found = slope.slope(x, 3 * x + random.standard_t(2, len(x)), 0.9)
        held += found.low <= 3 <= found.high
    # 270 are expected; fewer than 250 or more than 290 has a chance below 0.001.
    assert 250 <= held <= 290


def test_too_few_points_have_no_interval():
    found = slope.slope([1, 2, 4], [1, 2, 4], 0.99)
    assert found.slope == 1
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert not np.isnan(slope.slope(range(8), range(8), 0.99).low)
    with pytest.raises(ValueError, match="two different"):
        slope.slope([1, 1], [1, 2], 0.9)


ROLLUP = st.fixed_dictionaries(dict.fromkeys(memory.FIELDS.values(), st.integers(0, 2**40)))


@QUICK
@given(ROLLUP)
def test_a_rollup_is_read_in_mebibytes(kib):
    text = "0000-ffff ---p 00000000 00:00 0    [rollup]\nRss:  1 kB\n"
    text += "".join(f"{name}:  {value:8} kB\n" for name, value in kib.items())
    found = memory.rollup(text)
    assert {name: found[part] * 1024 for part, name in memory.FIELDS.items()} == kib
    with pytest.raises(ValueError, match="has no Pss_Anon"):
        memory.rollup(text.replace("Pss_Anon", "Anon"))


SLEEPER = """
import subprocess, sys
if len(sys.argv) > 1:
    kept = bytes(range(256)) * (int(sys.argv[1]) * 4096)
    child = subprocess.Popen([sys.executable, "-c", "input()"])
    print("ready", flush=True)
    child.wait()
"""


def test_the_kernel_s_account_finds_what_a_process_holds_and_whom_it_started():
    command = [sys.executable, "-c", SLEEPER, "32"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        process.stdout.readline()
        found, family = memory.together([process.pid]), memory.family([process.pid])
        faults = memory.minor_faults([process.pid])
        process.communicate("\n")
    assert 32 < found["anonymous"] < 64
    assert found["pss"] == pytest.approx(sum(found[part] for part in found) - found["pss"], abs=0.1)
    assert len(family) == 2
    assert process.pid in family
    # Python's start alone takes more; what it then holds may lie in few huge pages.
    assert faults > 500


@QUICK
@given(st.text(st.characters(exclude_characters="\n")), st.lists(st.integers(0), min_size=9))
def test_a_process_s_name_may_be_anything(name, numbers):
    row = memory.fields(f"1 ({name}) S {' '.join(map(str, numbers))}")
    assert row == ["S", *map(str, numbers)]


@pytest.mark.parametrize(
    ("found", "n", "value"),
    [([80.0] * 2 + [np.nan] * 6, 0, None), ([80.0] * 5 + [np.nan] * 3, 5, 80.0)],
)
def test_rounds_that_never_reached_a_rate_count_as_beyond_it(found, n, value):
    row = tables.alone(pd.DataFrame({"value": found}), 0.99)
    assert (row["n"], row.get("value")) == (n, value)
    assert row["note"] == f"was reached in {sum(~np.isnan(found))} of 8 rounds"
