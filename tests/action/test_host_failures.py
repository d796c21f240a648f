"""Deadlines, overload, and processes that are killed: what else is affected, and what is left."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from serving import is_running, module, served, until

ABNORMAL = "The action did not produce a valid response and exited unexpectedly."
DONE = (200, {"done": True})


def in_milliseconds(count):
    return str(round(1000 * time.time()) + count)


@pytest.fixture
def host(tmp_path):
    """A host with the action: two workers, and room for two more to wait."""
    with served(tmp_path, "--workers=2", "--queue=2") as host:
        assert host.init(module())[0] == 200
        yield host


def test_an_activation_ends_at_its_deadline_and_a_spare_takes_over(host):
    started = time.monotonic()
    status, answer = host.run("loop", deadline=in_milliseconds(700))
    assert 0.4 < time.monotonic() - started < 5
    assert status == 502
    assert answer["error"].startswith("The action exceeded its time limits of ")
    assert answer["error"].endswith(" milliseconds.")
    assert host.run() == DONE
    assert host.err.read_text().count("XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX") == 2
    assert until(lambda: len(host.workers()) == 3)


@pytest.mark.parametrize("deadline", [in_milliseconds(-1000), "0"])
def test_a_deadline_that_has_passed(host, deadline):
    status, answer = host.run("loop", deadline=deadline)
    sentence = "The action exceeded its time limits of 0 milliseconds."
    assert (status, answer["error"]) == (502, sentence)


@pytest.mark.parametrize("deadline", ["soon", None, [], "9" * 5000])
def test_what_is_no_deadline_stands_for_the_default(host, deadline):
    assert host.run(deadline=deadline) == DONE


def test_those_that_find_no_room_are_refused_at_once(host):
    """Two run, two wait, and the waiting ones are answered when there is room."""
    with ThreadPoolExecutor(8) as threads:
        stuck = [threads.submit(host.run, "loop", deadline=in_milliseconds(3000)) for _ in "12"]
        time.sleep(0.5)
        waiting = [threads.submit(host.run, deadline=in_milliseconds(30_000)) for _ in "12"]
        time.sleep(0.5)
        started = time.monotonic()
        refused = [host.run() for _ in range(20)]
        assert time.monotonic() - started < 1.5
        sentence = "Too many concurrent requests in flight (count: 5, allowed: 4)."
        assert refused == 20 * [(429, {"error": sentence})]
        assert [one.result()[0] for one in stuck] == [502, 502]
        assert [one.result() for one in waiting] == [DONE, DONE]
    assert host.run() == DONE


def test_a_deadline_counts_while_waiting(host):
    with ThreadPoolExecutor(8) as threads:
        stuck = [threads.submit(host.run, "loop", deadline=in_milliseconds(4000)) for _ in "12"]
        time.sleep(0.3)
        started = time.monotonic()
        assert "time limits" in host.run(deadline=in_milliseconds(500))[1]["error"]
        assert time.monotonic() - started < 2
        assert [one.result()[0] for one in stuck] == [502, 502]


def test_a_worker_that_is_killed_under_load_fails_its_own_activation_alone(host):
    with ThreadPoolExecutor(4) as threads:
        many = [threads.submit(host.run, "wait") for _ in range(4)]
        victims = host.workers()
        busy = until(lambda: next(filter(is_busy, victims), None))
        os.kill(busy, signal.SIGKILL)
        answers = [one.result() for one in many]
    assert sorted(answers, key=str) == [*3 * [DONE], (502, {"error": ABNORMAL})]
    assert until(lambda: len(host.workers()) == 3)
    assert busy not in host.workers()


def is_busy(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "R"


def test_idle_workers_that_are_killed_fail_no_activation(host):
    for pid in host.workers():
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: len(host.workers()) == 3)
    assert [host.run() for _ in range(4)] == 4 * [DONE]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_host_that_ends_under_load_leaves_nothing_behind(tmp_path, end):
    with served(tmp_path, "--workers=2") as host:
        host.init(module())
        workers = host.workers()
        with ThreadPoolExecutor(2) as threads:
            lost = [threads.submit(host.run, "loop", deadline=in_milliseconds(2000)) for _ in "12"]
            assert until(lambda: sum(map(is_busy, workers)) == 2)
            host.process.send_signal(end)
            host.process.wait(30)
            assert all(one.exception() or one.result()[0] == 502 for one in lost)
        assert len(workers) == 3
        assert until(lambda: not any(map(is_running, workers)), 5)
    with served(tmp_path, "--workers=2") as host:
        assert host.init(module())[0] == 200
        assert host.run() == DONE
    assert not list((tmp_path / "store").glob(".*"))
