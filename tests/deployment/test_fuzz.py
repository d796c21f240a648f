"""Malformed requests: the same ones from the same seed, to a real host; what is wrong is found."""

import io
import json
import socket
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import wasmtime
from conftest import MODEL, QUICK, ROOT, snakemake
from PIL import Image

from scripts.action import contract, precompile
from scripts.common import files
from scripts.common.errors import UserError
from scripts.deployment import fuzz, host
from scripts.deployment.cases import Case
from scripts.deployment.fuzzing import answers, kinds, leftovers, wire
from scripts.deployment.fuzzing.answers import Answer

# What the host answers by itself, whatever the action.
OF_THE_HOST = [
    "json-cut", "noise", "no-object", "value-no-object", "unreadable-number", "not-utf8",
    "variables", "chunked", "chunks-broken", "oversize", "abandoned", "other-method", "no-head",
    "init-again", "deadline-past", "deadline-none", "odd-headers",
]  # fmt: skip
ACTION = """
(module
  (memory (export "memory") 64)
  (data (i32.const 64) "{\\"Ok\\":{\\"label\\":\\"tabby\\"}}")
  (global $length (mut i32) (i32.const 0))
  (func (export "wasm_memory_buffer_allocate_space") (param i32))
  (func (export "get_wasm_memory_buffer_pointer") (result i32)
    (select (i32.const 64) (i32.const 65536) (global.get $length)))
  (func (export "get_wasm_memory_buffer_len") (result i32) (global.get $length))
  (func (export "_start") (global.set $length (i32.const 24))))
"""
START = "from scripts.action import contract, limits, serve\n{}\nserve.main()"


@pytest.fixture(scope="module")
def photograph():
    """The file of a picture with something in it."""
    stream = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    Image.fromarray(noise).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def case(photograph):
    return Case("input", {"image": b64encode(photograph).decode()}, "tabby")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, photograph):
    """A small action that answers the same to everything, and the oracle that says the same."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "action.wasm").write_bytes(bytes(wasmtime.wat2wasm(ACTION)))
    precompile.main([str(folder / "action.wasm"), "--out", str(folder / "action.cwasm")])
    row = {"name": "input", "kind": "photograph", "label": "tabby"}
    files.write_json(folder / "cases.json", {"cases": [row]})
    np.savez(folder / "answers.npz", **{"image/input": np.frombuffer(photograph, np.uint8)})
    return folder


@pytest.fixture
def attack(folder, tmp_path, monkeypatch):
    """A function that fuzzes a host whose code is changed before it starts, with some kinds."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    as_it_is = host.command

    def run(*options, change="", names=OF_THE_HOST):
        chosen = [kinds.BY_NAME[name] for name in names]
        monkeypatch.setattr(kinds, "KINDS", chosen)
        monkeypatch.setattr(kinds, "WEIGHTS", [kind.weight for kind in chosen])
        started = [sys.executable, "-c", START.format(change)]
        monkeypatch.setattr(host, "command", lambda *more: started + as_it_is(*more)[3:])
        rows = [{"contender": "net@fresh", "policy": "fresh"}]
        rows[0]["action"] = str(folder / "action.cwasm.json")
        out = tmp_path / "fuzz.json"
        fuzz.main([
            f"--hosts={json.dumps(rows)}", f"--cases={folder / 'cases.json'}",
            f"--answers={folder / 'answers.npz'}", "--seed=1", f"--out={out}", *options,
        ])  # fmt: skip
        return files.read_json(out)["hosts"]["net@fresh"] if out.exists() else None

    return run


def test_a_seed_and_a_number_make_a_request(case):
    made = [kinds.request("seed", number, case) for number in range(400)]
    again = [kinds.request("seed", number, case) for number in reversed(range(400))]
    assert made == again[::-1]
    assert len({request.data for request in made}) > 300
    assert made != [kinds.request("another", number, case) for number in range(400)]


@pytest.mark.parametrize(
    ("status", "body", "name"),
    [
        (200, b'{"label":"tabby","confidence":1}', answers.RIGHT),
        (200, b'{"label":"beagle"}', answers.LABEL),
        (200, b'{"error":"no image"}', answers.OWN_ERROR),
        (200, b'{"error":"a fault in the program: index out of bounds"}', None),
        (200, b'{"label":"tabby","confidence":NaN}', None),
        (404, json.dumps({"error": contract.NO_DICTIONARY}).encode(), answers.NO_DICTIONARY),
        (502, json.dumps({"error": contract.NO_DICTIONARY}).encode(), None),
        (404, b"Not Found", answers.NOT_FOUND),
        (500, b"Internal Server Error", None),
        (0, b"", answers.NONE),
    ],
)
def test_an_answer_has_the_contract_s_name_or_none(status, body, name):
    assert answers.name_of(Answer(status, body), "tabby") == name


def test_an_answer_counts_though_the_connection_is_reset_after_it():
    def refuse():
        client, _ = listening.accept()
        client.recv(10)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\nInvalid HTTP request received.")
        client.close()

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as threads:
        threads.submit(refuse)
        answer = wire.exchange(listening.getsockname()[1], bytes(100_000))
    assert answers.name_of(answer, "") == answers.NO_HTTP


def test_a_host_answers_all_by_the_contract(attack):
    change = "limits.SENDING_SECONDS = 1"
    found = attack("--requests=150", "--slow=2", change=change)
    assert found["requests"] == 150
    assert found["right_between"] == 3
    assert found["answers"]["unfinished"] == {answers.SLOW: 2}
    assert sum(sum(told.values()) for told in found["answers"].values()) == 152


def test_a_request_that_is_answered_otherwise_is_kept_and_can_be_sent_again(attack, tmp_path):
    change = "contract.NO_DICTIONARY = 'Something else.'"
    with pytest.raises(UserError, match=r"request \d+ \(no-object\) was answered 404") as caught:
        attack("--requests=50", change=change, names=["no-object"])
    (kept,) = (tmp_path / "fuzz").iterdir()
    assert str(caught.value).endswith(f"--replay {kept}")
    assert kept.read_bytes().startswith(b"POST /run HTTP/1.1\r\n")
    assert not (tmp_path / "fuzz.json").exists()
    with pytest.raises(UserError, match="Something else"):
        attack(f"--replay={kept}", change=change)
    attack(f"--replay={kept}")
    with pytest.raises(UserError, match="is no request that was kept"):
        attack(f"--replay={tmp_path / 'other.http'}")


CHANGED = """
import os, pathlib, sys
read = contract.activation
def activation(body):
    {}
    return read(body)
contract.activation = activation
"""


@pytest.mark.parametrize(("count", "left"), [(15, []), (17, ["descriptors 16 became 17"])])
def test_a_descriptor_fewer_is_none_that_is_left(count, left):
    """A connection may still be open when the first are counted."""
    before = leftovers.State(workers=[1], zombies=[], descriptors=16, store=[])
    now = leftovers.State(workers=[1], zombies=[], descriptors=count, store=[])
    assert leftovers.left(before, now) == left


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("pathlib.Path(sys.argv[-1], f'left{len(body)}').touch()", "its store .* became .*'left"),
        ("os.dup(1)", "its descriptors "),
        ("os.posix_spawnp('true', ['true'], os.environ)", "its zombies "),
        ("print('Traceback (most recent call last)', flush=True)", "failed in Python"),
    ],
)
def test_what_a_host_is_left_with_is_looked_at(attack, monkeypatch, change, words):
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 1)
    with pytest.raises(UserError, match=words):
        attack("--requests=50", change=CHANGED.format(change), names=["no-object"])


def test_memory_that_goes_on_growing_is_a_leak():
    sent = list(range(50, 1050, 50))
    noise = np.random.default_rng(3).normal(0, 1, len(sent))
    flat, grown = 100 + noise, 100 + noise + np.array(sent) * 20 / 1024
    # It fills at first and then stays.
    filled = 100 + np.minimum(np.array(sent), 400) / 2
    assert leftovers.leak(leftovers.growth(sent, flat)) is None
    assert leftovers.leak(leftovers.growth(sent, filled)) is None
    assert "grows by" in leftovers.leak(leftovers.growth(sent, grown))
    assert leftovers.growth(sent[:10], grown[:10]) is None


def test_the_classifier_s_hosts_answer_all_by_the_contract(run):
    """As the quick run builds them."""
    done = snakemake(run, *QUICK, "--", "fuzz")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found = files.read_json(run / MODEL / "deployment/fuzz.json")["hosts"]
    assert len(found) == 4
    assert all(told["requests"] == 100 for told in found.values())
