"""What the host answers, sentence by sentence."""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from serving import PATIENCE, ROOT, code, module, served, within

from scripts.action import limits, serve

GENERATE = {"error": "The action failed to generate or locate a binary. See logs for details."}
LOCATE = {"error": "The action failed to locate a binary. See logs for details."}
DICTIONARY = {"error": "The action did not receive a dictionary or array as an argument."}
ABNORMAL = {"error": "The action did not produce a valid response and exited unexpectedly."}
END = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host with the action, one worker."""
    with served(tmp_path_factory.mktemp("host"), "--workers=1") as host:
        assert host.init(module(), env={"GIVEN": "at init"}) == (200, {"ok": True})
        yield host


def test_a_host_is_initialised_once_and_a_failed_attempt_does_not_count(tmp_path):
    with served(tmp_path, "--workers=1") as host:
        assert host.run() == (502, LOCATE)
        for body in (b"", b"nonsense", b"[]", b"7", {"value": 7}, {"value": []}):
            assert host.send("/init", body)[:2] == (404, DICTIONARY), body
        for body in ({}, {"value": {}}, {"value": {"code": 7, "binary": True}}):
            assert host.send("/init", body)[:2] == (502, GENERATE), body
        no_action = b"\0asm\1\0\0\0"
        for data in (b"", b"nonsense", b"\0asm", no_action, b"\x7fELF", module()[:-9]):
            assert host.init(data) == (502, GENERATE), data
        assert host.init(module(), binary=False) == (502, GENERATE)
        assert host.init(module(), code="%%%") == (502, GENERATE)
        assert host.run() == (502, LOCATE)
        assert host.init(module()) == (200, {"ok": True})
        again = {"error": "Cannot initialize the action more than once."}
        assert host.init(module()) == (403, again)
        assert host.run() == (200, {"done": True})
        assert not list((tmp_path / "store").glob(".*"))


@pytest.mark.parametrize("body", [b"", b"nonsense", {}, {"value": {"code": "%", "binary": True}}])
def test_whatever_is_sent_a_host_is_not_initialised_again(host, body):
    again = {"error": "Cannot initialize the action more than once."}
    assert host.send("/init", body)[:2] == (403, again)


def test_a_host_that_is_initialised_keeps_nothing_of_another_action(host):
    """The client, which is deaf while it sends, gets its answer all the same."""
    before = most_memory(host.process.pid)
    again = {"error": "Cannot initialize the action more than once."}
    assert host.send("/init", bytes(limits.CODE_BYTES))[:2] == (403, again)
    assert most_memory(host.process.pid) - before < limits.CODE_BYTES / 4


def most_memory(pid):
    """The bytes of memory that a process had at most."""
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(line) * 1024


def test_a_result_and_an_error_of_the_action_s_own(host):
    assert host.run() == (200, {"done": True})
    assert host.run("error") == (200, {"error": "no image"})


@pytest.mark.parametrize("do", ["trap", "x", "other answer"])
def test_an_action_that_ends_without_an_answer(host, do):
    assert host.run(do) == (502, ABNORMAL)
    assert host.run() == (200, {"done": True})


def test_a_result_must_be_an_object(host):
    sentence = "The action did not return a dictionary or array."
    assert host.run("number") == (502, {"error": sentence})


@pytest.mark.parametrize("do", ["grow", "more at once than there is"])
def test_memory_has_a_limit(host, do):
    """An action that took all there is, and one that said what it was refused."""
    sentence = "The action exhausted its memory and was aborted."
    assert host.run(do) == (502, {"error": sentence})
    assert host.run() == (200, {"done": True})


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"[]", b"7", b'{"value": 7}', b'{"value": []}', b"[" * 100_000, b"\xff",
        b'{"value": {"x": "\xed\xa0\x80"}}',
        '{"value": {}}'.encode("utf-16"),
        b'{"value": {"x": NaN}}', b'{"value": {"x": -Infinity}}', b'{"value": {"x": 1e999}}',
    ],
)  # fmt: skip
def test_parameters_must_be_an_object(host, body):
    assert host.send("/run", body)[:2] == (404, DICTIONARY)


def test_every_other_key_becomes_a_variable(host):
    deadline = str(round(1000 * time.time()) + 30_000)
    odd = {"a=b": "x", "nul": "a\0b", "half": "\ud800", "number": 7}
    assert host.run("v", activation_id="me", deadline=deadline, **odd) == (200, {"done": True})
    said = host.out.read_text().replace("\0", "\n").splitlines()
    for line in (
        "GIVEN=at init", "__OW_ACTIVATION_ID=me", f"__OW_DEADLINE={deadline}", "__OW_HALF=?",
        "__OW_NUMBER=7",
    ):  # fmt: skip
        assert any(shown.endswith(line) for shown in said), line
    assert not any("__OW_A=B" in line or "__OW_NUL" in line for line in said)


def test_so_many_keys_at_most_become_variables(host):
    fits, over = ({f"k{number}": 1 for number in range(limits.KEYS + more)} for more in (0, 1))
    assert host.run(**fits) == (200, {"done": True})
    sentence = "Request larger than allowed: 10001 > 10000 keys."
    assert host.run(**over) == (413, {"error": sentence})


def test_both_streams_end_after_each_activation(host):
    marks = [stream.read_text().count(END) for stream in (host.out, host.err)]
    assert host.run("print") == (200, {"done": True})
    for stream, before in zip((host.out, host.err), marks, strict=True):
        text = stream.read_text()
        assert text.count(END) == before + 1
        assert text.endswith(f"nonsense{END}\n")


def test_parameters_and_results_of_a_mebibyte_at_most(host):
    room = limits.PARAMETER_BYTES - len('{"do":"","x":""}')
    fits, over = ({"value": {"do": "", "x": "a" * size}} for size in (room, room + 1))
    assert host.send("/run", fits)[:2] == (200, {"done": True})
    sentence = "Request larger than allowed: 1048577 > 1048576 bytes."
    assert host.send("/run", over)[:2] == (413, {"error": sentence})
    # Bytes count, not the escapes that another writer of JSON would need.
    text = "é" * (room // 2)
    fits, over = (
        json.dumps({"value": {"do": "", "x": text + more}}, ensure_ascii=False).encode()
        for more in ("", "é")
    )
    assert host.send("/run", fits)[:2] == (200, {"done": True})
    sentence = "Request larger than allowed: 1048578 > 1048576 bytes."
    assert host.send("/run", over)[:2] == (413, {"error": sentence})
    # More than the buffers of a connection hold: the answer reaches whoever sends to the end.
    status, answer, _ = host.send("/run", {"value": {"do": "", "x": "a" * (16 << 20)}})
    assert (status, "larger than allowed" in answer["error"]) == (413, True)
    sentence = "The action produced a response that exceeded the allowed length: "
    assert host.run("z") == (502, {"error": f"{sentence}1048577 > 1048576 bytes."})
    # One that tells another length when it is asked again.
    assert host.run("changes") == (200, {"done": True})


def test_code_of_48_mebibytes_at_most(tmp_path):
    with served(tmp_path, "--workers=1", start=within(SENDING_SECONDS=PATIENCE)) as host:
        status, answer, _ = host.send("/init", code(bytes(limits.CODE_BYTES + 1)))
        sentence = f"Code larger than allowed: {limits.CODE_BYTES + 1} > {limits.CODE_BYTES} bytes."
        assert (status, answer) == (413, {"error": sentence})
        assert host.init(module()) == (200, {"ok": True})


def test_the_host_tells_where_the_time_went(host):
    timing = host.send("/run", {"value": {"do": ""}})[2]["Server-Timing"]
    took = dict(part.split(";dur=") for part in timing.split(", "))
    assert list(took) == ["queue", "instantiate", "run", "reply"]
    assert all(float(milliseconds) >= 0 for milliseconds in took.values())


@pytest.mark.parametrize("more", ["(memory $more 1)", "(table $more 200000 funcref)"])
def test_memory_has_no_limit_that_a_module_can_walk_around(tmp_path, more):
    """By a second memory, which would have a limit of its own, or by a table."""
    with served(tmp_path, "--workers=1") as host:
        assert host.init(module(more))[0] == 200
        assert host.run()[0] == 502


def test_activations_go_on_where_nobody_reads_the_logs(tmp_path):
    with served(tmp_path, "--workers=1", log="/dev/full") as host:
        assert host.init(module())[0] == 200
        assert [host.run() for _ in range(3)] == 3 * [(200, {"done": True})]


def test_a_native_policy_without_its_program_and_a_port_that_is_none(tmp_path):
    for words, said in (
        (["--policy=process"], "error: the policy process needs its program: --action"),
        (
            ["--port=99999"],
            "error: cannot listen on port 99999: a port is a number up to 65535",
        ),
    ):
        command = [sys.executable, "-m", "scripts.action.serve", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert done.stderr.splitlines() == [said]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://attacker.example", 403),
        ("null", 403),
        ("http://[::1", 403),
        ("http://127.0.0.1:{}", 200),
    ],
)
def test_another_site_s_page_gets_no_answer(host, origin, status):
    """Browsers send such requests without asking first; DNS may say that the site is here."""
    told = host.send("/run", {"value": {"do": ""}}, origin=origin.format(host.port))
    assert told[0] == status
    assert ("done" in told[1]) == (status == 200)


def test_no_answer_waits_for_an_acknowledgement():
    """Its head and its body are two writes; Nagle's algorithm would hold the second for 40 ms."""
    with (
        serve.listen(0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_client_that_breaks_off_harms_nobody(host):
    for sent in (
        b"POST /run HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
        b"POST /run",
        b"\0\xff\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", host.port)) as client:
            client.sendall(sent)
    assert host.run() == (200, {"done": True})


def test_a_slow_sender_is_refused(tmp_path):
    with served(tmp_path, "--workers=1", start=within(SENDING_SECONDS=0.5)) as host:
        with socket.create_connection(("127.0.0.1", host.port)) as client:
            client.sendall(b"POST /run HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n{")
            answer = client.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert json.loads(answer.split(b"\r\n\r\n")[1])["error"].endswith("in time.")
