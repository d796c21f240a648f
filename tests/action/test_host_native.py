"""The native baselines behind the same front; a script stands for the program."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from serving import is_running, served, until

PROGRAM = """#!/bin/sh
answer() {
    case "$1" in
    *secret*) secret=1; echo '{"done": true}' ;;
    *find*) echo "{\\"found\\": ${secret:-0}}" ;;
    *variable*) echo "{\\"id\\": \\"$__OW_ACTIVATION_ID\\"}" ;;
    *loop*) while :; do :; done ;;
    *memory*) head -c 300000000 /dev/zero | tail -c 299999999 >/dev/null || kill -9 $$
        echo '{"done": true}' ;;
    *end*) kill -9 $$ ;;
    *error*) if [ "$lines" ]; then echo '{"error": "no image"}'; else
        echo "error: no image" >&2; exit 1; fi ;;
    *other*) echo nonsense ;;
    *) echo '{"done": true}' ;;
    esac
}
[ "$1" = --lines ] && lines=yes
while read -r line || [ "$line" ]; do answer "$line"; done
"""
DONE = (200, {"done": True})
ABNORMAL = "The action did not produce a valid response and exited unexpectedly."


@pytest.fixture(params=["process", "loop"])
def host(request, tmp_path):
    """A host of the program by either policy, one worker."""
    program = tmp_path / "program"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    with served(
        tmp_path, f"--policy={request.param}", "--workers=1", f"--action={program}"
    ) as host:
        host.policy = request.param
        yield host


def test_answers_and_errors(host):
    assert host.run() == DONE
    assert host.run("error") == (200, {"error": "no image"})
    for do in ("end", "other", "memory"):
        assert host.run(do) == (502, {"error": ABNORMAL})
    assert host.run() == DONE


def test_a_secret_reaches_the_next_activation_of_a_kept_process_alone(host):
    assert host.run("secret") == DONE
    assert host.run("find") == (200, {"found": 1 if host.policy == "loop" else 0})


def test_variables_are_those_of_the_process(host):
    assert host.run("variable", activation_id="me") == (200, {"id": "me"})


def test_a_variable_that_no_process_can_have_fails_its_activation_alone(host):
    before = host.workers()
    assert host.run(more="a" * 200_000) == (502, {"error": ABNORMAL})
    assert host.run() == DONE
    assert host.workers() == before
    assert "Traceback" not in host.err.read_text()


def test_nobody_replaces_the_operator_s_program(host):
    again = {"error": "Cannot initialize the action more than once."}
    assert host.init(b"\x7fELF") == (403, again)


@pytest.mark.parametrize("victim", ["worker", "host"])
def test_a_program_ends_with_its_worker(host, victim):
    workers = host.workers()
    with ThreadPoolExecutor(1) as threads:
        lost = threads.submit(host.run, "loop")
        assert until(lambda: any(map(children, workers)))
        programs = [child for pid in workers for child in children(pid)]
        killed = [pid for pid in workers if children(pid)] if victim == "worker" else []
        for pid in killed or [host.process.pid]:
            os.kill(pid, signal.SIGKILL)
        assert lost.exception() or lost.result() == (502, {"error": ABNORMAL})
    assert until(lambda: not any(map(is_running, programs)))


def children(pid):
    """The processes that one started."""
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):  # as in is_running
        return []
