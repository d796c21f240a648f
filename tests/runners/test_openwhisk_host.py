"""The OpenWhisk host, with actions written in WebAssembly text that keep to the ABI, or do not."""

import io
import json
import sys

import pytest
import wasmtime

from scripts.common.errors import UserError
from scripts.runners import openwhisk

# An action with its buffer at byte 1024; `{run}` is its entry point. Without code there the answer
# is what the host copied in, else it is usually `{answer}`, which lies at byte 65536.
ACTION = """
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (global $start (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))
  (data (i32.const 65536) "{answer}")
  (func (export "wasm_memory_buffer_allocate_space") (param $bytes i32)
    (global.set $start (i32.const 1024))
    (global.set $length (local.get $bytes)))
  (func (export "get_wasm_memory_buffer_pointer") (result i32) (global.get $start))
  (func (export "get_wasm_memory_buffer_len") (result i32) (global.get $length))
  (func (export "{entry}") {run}))
"""
ANSWER = """
    (global.set $start (i32.const 65536))
    (global.set $length (i32.const {length}))
    (call $exit (i32.const {status}))
"""
# Leaves the command line, arguments separated by NUL, in the buffer.
ARGUMENTS = """
    (drop (call $args_sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 8) (i32.const 65545)))
    (global.set $start (i32.const 65536))
    (global.set $length (i32.add (i32.const 9) (i32.load (i32.const 4))))
"""


def action(path, run, answer="", entry="_start"):
    quoted = answer.replace("\\", "\\\\").replace('"', '\\"')
    text = ACTION.replace("{run}", run).replace("{answer}", quoted).replace("{entry}", entry)
    path.write_bytes(wasmtime.wat2wasm(text))
    return str(path)


def answering(path, answer, status=0):
    run = ANSWER.replace("{length}", str(len(answer))).replace("{status}", str(status))
    return action(path, run, answer)


def call(path, request, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(request)))
    assert openwhisk.main([path]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_is_inside_ok_is_printed(tmp_path, monkeypatch, capsys):
    path = answering(tmp_path / "a.wasm", '{"Ok": {"label": "tench", "confidence": 0.5}}')
    found = call(path, b'{"image": ""}', monkeypatch, capsys)
    assert found == {"label": "tench", "confidence": 0.5}


def test_the_request_reaches_the_action_s_buffer(tmp_path, monkeypatch, capsys):
    path = action(tmp_path / "a.wasm", "")
    assert call(path, b'{"Ok": {"echo": [1, 2]}}', monkeypatch, capsys) == {"echo": [1, 2]}


def test_the_length_is_the_last_argument(tmp_path):
    path = action(tmp_path / "a.wasm", ARGUMENTS)
    request = b"x" * 1234
    answer = openwhisk.Action(path, len(request)).answer(request)
    assert answer.rstrip(b"\0").split(b"\0")[-1] == b"1234"


def test_what_is_inside_err_is_an_error(tmp_path, monkeypatch, capsys):
    path = answering(tmp_path / "a.wasm", '{"Err": {"error": "no image"}}')
    with pytest.raises(UserError, match="^no image$"):
        call(path, b"{}", monkeypatch, capsys)


@pytest.mark.parametrize("answer", ['{"Ok": {}}', '{"Err": {"error": "no image"}}'])
def test_after_another_exit_code_the_buffer_holds_no_answer(tmp_path, monkeypatch, capsys, answer):
    path = answering(tmp_path / "a.wasm", answer, status=1)
    with pytest.raises(UserError, match="^the action failed: exit code 1$"):
        call(path, b"{}", monkeypatch, capsys)


@pytest.mark.parametrize("answer", ["", "[]", "null", '{"Fine": 1}', '{"Err": 1}'])
def test_other_answers_are_refused(tmp_path, monkeypatch, capsys, answer):
    path = answering(tmp_path / "a.wasm", answer)
    with pytest.raises(UserError, match="neither Ok nor Err"):
        call(path, b"{}", monkeypatch, capsys)


def test_an_action_that_traps(tmp_path, monkeypatch, capsys):
    path = action(tmp_path / "a.wasm", "unreachable")
    with pytest.raises(UserError, match=r"action failed(.|\n)*unreachable"):
        call(path, b"{}", monkeypatch, capsys)


def test_a_request_larger_than_the_action_s_memory(tmp_path, monkeypatch, capsys):
    path = action(tmp_path / "a.wasm", "")
    with pytest.raises(UserError, match="action failed"):
        call(path, b"x" * 300_000, monkeypatch, capsys)


def test_a_module_without_the_abi(tmp_path, monkeypatch, capsys):
    path = action(tmp_path / "a.wasm", "", entry="main")
    with pytest.raises(UserError, match="no OpenWhisk action: it exports no _start"):
        call(path, b"{}", monkeypatch, capsys)


@pytest.mark.parametrize("data", [None, b"", b"\0asm", b"\x7fELF"])
def test_what_is_no_module(tmp_path, monkeypatch, capsys, data):
    if data is not None:
        (tmp_path / "a.wasm").write_bytes(data)
    with pytest.raises(UserError, match=r"a\.wasm"):
        call(str(tmp_path / "a.wasm"), b"{}", monkeypatch, capsys)
