"""Real attacks by vegeta on a small real server."""

import os
import re

import pytest
from load_server import answering, one_at_a_time, right, where_there_is_time

from scripts.bench.spawning import RunError
from scripts.common.errors import UserError
from scripts.deployment import attack, judgement
from scripts.deployment.attack import Generator
from scripts.deployment.cases import Case
from scripts.tools import installers, location

WANTED = [Case("cat", {"image": "AA=="}, "tabby"), Case("dog", {"image": "AQ=="}, "beagle")]
# The machine that runs the tests may be busy.
LATE_MS = 2000


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """vegeta, found or built; without it the tests skip."""
    try:
        log = tmp_path_factory.mktemp("log") / "vegeta.log"
        return location.locate(installers.find("vegeta", None, log))
    except UserError as error:
        pytest.skip(str(error))


@pytest.fixture
def generator(program):
    return Generator(program, LATE_MS)


def test_every_request_of_the_schedule_is_sent_and_its_answer_known(generator):
    with answering(right) as url:
        found = where_there_is_time(generator.attack, url, WANTED, 50, 1)
    assert [answer.seq for answer in found] == list(range(50))
    assert {answer.case for answer in found} == {"cat", "dog"}
    assert len(judgement.judge(found, WANTED).right) == 50
    assert all(answer.latency > 0 for answer in found)
    assert all(answer.parts == {"queue": 1.5, "infer": 20} for answer in found)
    last = found[-1].sent - found[0].sent
    assert last == pytest.approx(49 * 2e7, abs=LATE_MS * 1e6)


def test_one_wrong_answer_among_right_ones_is_found(generator):
    seen = []

    def once_wrong(case, _):
        seen.append(case)
        return 200, {
            "label": "tabby" if len(seen) == 7 else {"cat": "tabby", "dog": "beagle"}[case]
        }

    with answering(once_wrong) as url:
        found = where_there_is_time(generator.attack, url, [WANTED[1]], 20, 1)
    with pytest.raises(RunError, match="answered 'tabby' instead of 'beagle'"):
        judgement.judge(found, WANTED)


def test_the_load_does_not_wait_for_answers(generator):
    """An open loop: a server of 10 a second that is sent 40 a second refuses, and says so."""
    with answering(one_at_a_time(0.1, room=2)) as url:
        answers = where_there_is_time(generator.attack, url, WANTED, 40, 2)
    found = judgement.judge(answers, WANTED, may_refuse=True)
    assert len(found.right) + len(found.refused) == 80
    assert found.right
    assert found.refused
    assert found.per_second() < 11


def test_a_request_that_waits_for_too_long_is_given_up_and_told_apart(generator):
    with answering(one_at_a_time(1, room=100)) as url:
        (found,) = generator.attacks(url, WANTED, [(10, 1)], timeout=2.5)
    judged = judgement.judge(found, WANTED, may_refuse=True, may_wait=True)
    assert len(judged.right) + len(judged.late) == 10
    assert len(judged.late) >= 7
    with pytest.raises(RunError, match="Client.Timeout"):
        judgement.judge(found, WANTED, may_refuse=True)


def test_a_closed_loop_finds_what_the_server_can_do(generator):
    with answering(one_at_a_time(0.2, room=10)) as url:
        found = judgement.judge(generator.saturate(url, WANTED, 2, 3), WANTED)
    assert 1 < found.per_second() < 5.1


def test_phases_follow_each_other(generator):
    with answering(right) as url:
        phases = [(20, 1), (40, 0.5)]
        first, second = where_there_is_time(generator.attacks, url, WANTED, phases)
    assert (len(first), len(second)) == (20, 20)
    assert second[0].sent > first[-1].sent


def test_a_schedule_that_is_not_kept_fails_the_attack(program):
    with answering(right) as url, pytest.raises(UserError, match="at 200 requests a second "):
        Generator(program, late_ms=1e-6).attack(url, WANTED, 200, 1)


def test_a_server_that_is_not_there_is_an_answer_of_no_status(generator):
    with answering(right) as url:
        pass
    found = where_there_is_time(generator.attack, url, WANTED, 10, 0.5)
    assert judgement.statuses(found) == {0: 5}
    with pytest.raises(RunError, match=re.escape("(5 of 0)")):
        judgement.judge(found, WANTED)


def test_the_generator_keeps_to_its_cores(program, tmp_path):
    """A script in its place notes where it may run, and then is the generator."""
    core, noted, script = max(os.sched_getaffinity(0)), tmp_path / "noted", tmp_path / "script"
    note = f"grep Cpus_allowed_list /proc/self/status > {noted}"
    script.write_text(f'#!/bin/sh\n{note}\nexec {program} "$@"\n')
    script.chmod(0o755)
    generator = Generator(str(script), LATE_MS, (core,))
    with answering(right) as url:
        assert len(where_there_is_time(generator.attack, url, WANTED, 10, 0.5)) == 5
    assert noted.read_text().split() == ["Cpus_allowed_list:", str(core)]


@pytest.mark.parametrize(
    ("rate", "seconds"), [(0, 1), (-1, 1), (1, 0), (1, 601), (1000, 500), (float("nan"), 1)]
)
def test_no_attack_is_endless(rate, seconds):
    with pytest.raises(UserError, match="are not sent"):
        attack.plan(rate, seconds)


@pytest.mark.parametrize("url", ["http://10.0.0.1/run", "http://example.org/run", "run"])
def test_load_is_sent_to_this_machine_alone(url):
    with pytest.raises(UserError, match="loopback alone"):
        Generator("/nowhere", LATE_MS).attack(url, WANTED, 1, 1)
