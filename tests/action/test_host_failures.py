"""Deadlines, overload, and processes that are killed: what else is affected, and what is left."""

import contextlib
import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from threading import Event

import pytest
from serving import (
    PATIENCE,
    at_work,
    is_running,
    is_there,
    kill,
    module,
    parent,
    served,
    until,
    within,
)

ABNORMAL = "The action did not produce a valid response and exited unexpectedly."
DONE = (200, {"done": True})
# Milliseconds until a deadline that no test waits for, nor comes near to on a busy machine.
FAR = 280_000
END = b"XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n"
LOST = (502, {"error": ABNORMAL})


def in_milliseconds(count):
    return str(round(1000 * time.time()) + count)


def occupy(host, threads):
    """Keep two workers busy until they are killed; return them and their activations."""
    workers = host.workers()
    stuck = [threads.submit(host.run, "loop", deadline=in_milliseconds(FAR)) for _ in "12"]
    return at_work(workers, 2), stuck


@pytest.fixture
def host(tmp_path):
    """A host with the action: two workers, and room for two more to wait."""
    with served(tmp_path, "--workers=2", "--queue=2") as host:
        assert host.init(module())[0] == 200
        yield host


def test_an_activation_ends_at_its_deadline_and_a_spare_takes_over(host):
    before = host.workers()
    status, answer = host.run("loop", deadline=in_milliseconds(8000))
    assert status == 502
    said = re.fullmatch(
        r"The action exceeded its time limits of (\d+) milliseconds\.", answer["error"]
    )
    assert 0 < int(said[1]) <= 8000
    assert host.run() == DONE
    assert host.err.read_text().count("XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX") == 2
    assert until(lambda: len(set(host.workers()) - set(before)) == 1)
    assert len(host.workers()) == 3


@pytest.mark.parametrize("deadline", [lambda: in_milliseconds(-1000), lambda: "0"])
def test_a_deadline_that_has_passed(host, deadline):
    """It does not begin, so that no worker has to be killed for it."""
    before = host.workers()
    sentence = "The action exceeded its time limits of 0 milliseconds."
    for _ in range(5):
        assert host.run("loop", deadline=deadline()) == (502, {"error": sentence})
    assert host.run() == DONE
    assert host.workers() == before
    assert all(map(is_running, before))


@pytest.mark.parametrize("deadline", ["soon", None, [], "9" * 5000])
def test_what_is_no_deadline_stands_for_the_default(host, deadline):
    assert host.run(deadline=deadline) == DONE


def test_those_that_find_no_room_are_refused_at_once(host):
    """Two run, two wait, and the waiting ones are answered when there is room."""
    with ThreadPoolExecutor(8) as threads:
        busy, stuck = occupy(host, threads)
        more = [threads.submit(host.run, deadline=in_milliseconds(FAR)) for _ in "123"]
        assert until(lambda: any(one.done() for one in more))
        refused = [one.result() for one in more if one.done()] + [host.run() for _ in range(20)]
        waiting = [one for one in more if not one.done()]
        sentence = "Too many concurrent requests in flight (count: 5, allowed: 4)."
        assert refused == 21 * [(429, {"error": sentence})]
        assert not any(one.done() for one in stuck)
        kill(busy)
        assert [one.result() for one in waiting] == [DONE, DONE]
        assert [one.result() for one in stuck] == 2 * [LOST]
    assert host.run() == DONE


def test_a_deadline_counts_while_waiting(host):
    with ThreadPoolExecutor(8) as threads:
        busy, stuck = occupy(host, threads)
        assert "time limits" in host.run(deadline=in_milliseconds(500))[1]["error"]
        assert not any(one.done() for one in stuck)
        kill(busy)
        assert [one.result() for one in stuck] == 2 * [LOST]


def test_a_worker_that_is_killed_under_load_fails_its_own_activation_alone(host):
    with ThreadPoolExecutor(4) as threads:
        lost = threads.submit(host.run, "loop", deadline=in_milliseconds(FAR))
        (victim,) = at_work(host.workers(), 1)
        others = [threads.submit(host.run, "wait") for _ in range(3)]
        kill([victim])
        assert lost.result() == LOST
        assert [one.result() for one in others] == 3 * [DONE]
    assert until(lambda: len(found := host.workers()) == 3 and victim not in found)
    assert not is_there(victim)


def test_workers_that_are_killed_in_turn_under_steady_load_fail_one_activation_each(host):
    kills, enough = 3, Event()

    def keep_asking():
        found = []
        while not enough.is_set():
            found.append(host.run("wait"))
        return found

    # As many as run and wait, so that none is refused.
    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(keep_asking) for _ in range(4)]
        try:
            for _ in range(kills):
                victim = at_work(host.workers(), 1)[0]
                kill([victim])
                assert until(lambda dead=victim: dead not in host.workers())
                assert until(lambda: len(host.workers()) == 3)
        finally:
            enough.set()
        answers = [answer for one in asking for answer in one.result()]
    failed = [answer for answer in answers if answer != DONE]
    assert len(failed) <= kills
    assert all(answer == LOST for answer in failed)
    assert [host.run() for _ in range(4)] == 4 * [DONE]


def test_idle_workers_that_are_killed_fail_no_activation(host):
    kill(host.workers())
    assert [host.run() for _ in range(4)] == 4 * [DONE]
    assert until(lambda: len(host.workers()) == 3)


def test_the_process_that_workers_are_forked_from_is_replaced_with_them(host):
    workers = host.workers()
    zygote = parent(workers[0])
    with ThreadPoolExecutor(2) as threads:
        _, lost = occupy(host, threads)
        kill([zygote])
        assert [one.result() for one in lost] == 2 * [LOST]
    assert [host.run() for _ in range(4)] == 4 * [DONE]
    assert until(lambda: len(set(host.workers()) - set(workers)) == 3)
    assert not any(map(is_running, workers))
    assert until(lambda: not is_there(zygote))
    said = "error: the process that workers are forked from ended"
    assert host.err.read_text().splitlines().count(said) == 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_host_that_ends_under_load_leaves_nothing_behind(tmp_path, end):
    with served(tmp_path, "--workers=2") as host:
        assert host.init(module())[0] == 200
        workers = host.workers()
        zygote = parent(workers[0])
        with ThreadPoolExecutor(2) as threads:
            lost = [
                threads.submit(host.run, "loop", deadline=in_milliseconds(15_000)) for _ in "12"
            ]
            at_work(workers, 2)
            host.process.send_signal(end)
            host.process.wait(PATIENCE)
            assert all(one.exception() or one.result()[0] == 502 for one in lost)
        assert "Traceback" not in host.err.read_text()
        assert len(workers) == 3
        assert until(lambda: not any(map(is_running, [zygote, *workers])))
    with served(tmp_path, "--workers=2") as host:
        assert host.init(module())[0] == 200
        assert host.run() == DONE
    assert not list((tmp_path / "store").glob(".*"))


@pytest.fixture
def unread(tmp_path):
    """A log that is full, kept open and not read: the pipe's path, and its end for reading."""
    path = tmp_path / "log"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"." * 4096)
    os.close(writer)
    yield path, reader
    os.close(reader)


def test_a_log_that_is_kept_open_and_not_read_holds_nobody_up(tmp_path, unread):
    start = within(FLUSHING_SECONDS=0.1)
    with served(tmp_path, "--workers=1", log=unread[0], start=start) as host:
        assert host.init(module())[0] == 200
        assert [host.run("print") for _ in range(3)] == 3 * [DONE]
        assert "time limits" in host.run("loop", deadline=in_milliseconds(2000))[1]["error"]
        assert host.run("print") == DONE
        host.process.send_signal(signal.SIGTERM)
        host.process.wait(PATIENCE)


def test_a_log_that_is_read_again_tells_what_was_dropped_and_goes_on(tmp_path, unread):
    path, reader = unread
    read = bytearray()

    def has_read(text):
        with contextlib.suppress(BlockingIOError):
            read.extend(os.read(reader, 1 << 20))
        return text in read

    start = within(LOG_BYTES=200, FLUSHING_SECONDS=PATIENCE)
    with served(tmp_path, "--workers=1", log=path, start=start) as host:
        assert host.init(module())[0] == 200
        assert [host.run("print") for _ in range(20)] == 20 * [DONE]
        assert until(lambda: has_read(b" bytes of logs are dropped: nobody read\n"))
        assert until(lambda: host.run("print") == DONE and has_read(b"nonsense" + END))
        read.clear()
        assert host.run("print") == DONE
        host.process.send_signal(signal.SIGTERM)
        host.process.wait(PATIENCE)
        assert has_read(b"nonsense" + END)


def test_a_client_that_does_not_read_its_answers_keeps_no_host_from_ending(tmp_path):
    with (
        served(tmp_path, start=within(READING_SECONDS=1)) as host,
        socket.socket() as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", host.port))
        client.settimeout(2)
        # Until the host reads no more requests, since it cannot write, or drops the client.
        with contextlib.suppress(TimeoutError, ConnectionError):
            while True:
                client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * 1000)
        host.process.send_signal(signal.SIGTERM)
        host.process.wait(PATIENCE)
        assert "Traceback" not in host.err.read_text()


def test_a_host_that_is_killed_under_steady_load_answers_nothing_wrong_and_starts_again(tmp_path):
    def keep_asking():
        found = []
        try:
            while True:
                found.append(host.run("wait"))
        except (OSError, HTTPException):
            return found

    with served(tmp_path, "--workers=2", "--queue=2") as host:
        host.init(module())
        workers = host.workers()
        with ThreadPoolExecutor(4) as threads:
            asking = [threads.submit(keep_asking) for _ in range(4)]
            at_work(workers, 1)
            host.process.kill()
            host.process.wait()
            answers = [answer for one in asking for answer in one.result()]
        assert all(answer == DONE for answer in answers)
        assert until(lambda: not any(map(is_running, workers)))
    kept = sorted((tmp_path / "store").iterdir())
    with served(tmp_path, "--workers=2") as host:
        assert host.init(module())[0] == 200
        assert host.run() == DONE
    assert sorted((tmp_path / "store").iterdir()) == kept
