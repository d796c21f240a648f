"""A host as a process of its own, and an action in WebAssembly text that does what it is told.

The action looks at the first letter after `{"do":"` of its parameters. Its buffer is at 1 MiB.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import wasmtime

ROOT = Path(__file__).resolve().parents[2]
START = ("-m", "scripts.action.serve")
SECRET = 0x5A
# Seconds after which something hangs, however slow and busy the machine is.
PATIENCE = 240
# Where the answers lie; `{"Ok":{"found":0}}` has its digit at byte 15.
ANSWERS = {
    8192: '{"Ok":{"done":true}}',
    8256: '{"Ok":{"found":0}}',
    8320: '{"Err":{"error":"no image"}}',
    8384: '{"Ok":7}',
    8448: "nonsense",
    8512: "memory allocation of 9 bytes failed",
}
TEXT = """
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 64)
  (global $start (mut i32) (i32.const 1048576))
  (global $length (mut i32) (i32.const 0))
  DATA
  (func (export "wasm_memory_buffer_allocate_space") (param $bytes i32)
    (global.set $start (i32.const 1048576))
    (global.set $length (local.get $bytes)))
  (func (export "get_wasm_memory_buffer_pointer") (result i32) (global.get $start))
  (global $swelling (mut i32) (i32.const 0))
  (func (export "get_wasm_memory_buffer_len") (result i32)
    (local $told i32)
    (local.set $told (global.get $length))
    (global.set $length (i32.add (global.get $length) (global.get $swelling)))
    (local.get $told))
  (func $answer (param $at i32) (param $bytes i32)
    (global.set $start (local.get $at))
    (global.set $length (local.get $bytes)))
  (func $fill
    (local $old i32)
    (local.set $old (memory.grow (i32.const 16)))
    (memory.fill (i32.const 2621440) (i32.const SECRET)
      (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 2621440)))
    (call $answer (i32.const 8192) (i32.const 20)))
  (func $find
    (local $at i32) (local $end i32)
    (drop (memory.grow (i32.const 16)))
    (local.set $at (i32.const 2621440))
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (block $out (loop $next
      (br_if $out (i32.ge_u (local.get $at) (local.get $end)))
      (if (i32.eq (i32.load8_u (local.get $at)) (i32.const SECRET))
        (then (i32.store8 (i32.const 8271) (i32.const 49)) (br $out)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (call $answer (i32.const 8256) (i32.const 18)))
  (func $wait
    (local $turns i32)
    (local.set $turns (i32.const 400000000))
    (loop $next
      (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))
      (br_if $next (local.get $turns)))
    (call $answer (i32.const 8192) (i32.const 20)))
  (func $print
    (i32.store (i32.const 64) (i32.const 8448))
    (i32.store (i32.const 68) (i32.const 8))
    (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 72)))
    (drop (call $write (i32.const 2) (i32.const 64) (i32.const 1) (i32.const 72)))
    (call $answer (i32.const 8192) (i32.const 20)))
  (func $variables
    (drop (call $environ_sizes (i32.const 64) (i32.const 68)))
    (drop (call $environ (i32.const 16384) (i32.const 32768)))
    (drop (call $write_all (i32.load (i32.const 68))))
    (call $answer (i32.const 8192) (i32.const 20)))
  (func $write_all (param $bytes i32) (result i32)
    (i32.store (i32.const 64) (i32.const 32768))
    (i32.store (i32.const 68) (local.get $bytes))
    (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 72)))
  (func $print_random
    (local $at i32)
    (drop (call $random (i32.const 32768) (i32.const 16)))
    (local.set $at (i32.const 32768))
    (loop $next
      (i32.store8 (local.get $at)
        (i32.add (i32.const 97) (i32.and (i32.const 15) (i32.load8_u (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 32784))))
    (drop (call $write_all (i32.const 16)))
    (call $answer (i32.const 8192) (i32.const 20)))
  (func $hungry
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    unreachable)
  (func $refused
    (i32.store (i32.const 64) (i32.const 8512))
    (i32.store (i32.const 68) (i32.const 35))
    (drop (call $write (i32.const 2) (i32.const 64) (i32.const 1) (i32.const 72)))
    unreachable)
  (func $work (param $letter i32)
    (if (i32.eq (local.get $letter) (i32.const 98)) (then
      (drop (memory.grow (i32.const 1024)))
      (call $answer (i32.const 8192) (i32.const 20)) (return)))
    (if (i32.eq (local.get $letter) (i32.const 99)) (then
      (global.set $swelling (i32.const 2097152))))
    (if (i32.eq (local.get $letter) (i32.const 101)) (then
      (call $answer (i32.const 8320) (i32.const 28)) (return)))
    (if (i32.eq (local.get $letter) (i32.const 102)) (then (call $find) (return)))
    (if (i32.eq (local.get $letter) (i32.const 103)) (then (call $hungry) (return)))
    (if (i32.eq (local.get $letter) (i32.const 108)) (then (loop $ever (br $ever))))
    (if (i32.eq (local.get $letter) (i32.const 109)) (then (call $refused) (return)))
    (if (i32.eq (local.get $letter) (i32.const 110)) (then
      (call $answer (i32.const 8384) (i32.const 8)) (return)))
    (if (i32.eq (local.get $letter) (i32.const 111)) (then
      (call $answer (i32.const 8448) (i32.const 8)) (return)))
    (if (i32.eq (local.get $letter) (i32.const 112)) (then (call $print) (return)))
    (if (i32.eq (local.get $letter) (i32.const 114)) (then (call $print_random) (return)))
    (if (i32.eq (local.get $letter) (i32.const 115)) (then (call $fill) (return)))
    (if (i32.eq (local.get $letter) (i32.const 116)) (then unreachable))
    (if (i32.eq (local.get $letter) (i32.const 118)) (then (call $variables) (return)))
    (if (i32.eq (local.get $letter) (i32.const 119)) (then (call $wait) (return)))
    (if (i32.eq (local.get $letter) (i32.const 120)) (then (call $exit (i32.const 3))))
    (if (i32.eq (local.get $letter) (i32.const 122)) (then
      (call $answer (i32.const 2097152) (i32.const 1048577)) (return)))
    (call $answer (i32.const 8192) (i32.const 20)))
  (func $do (call $work (i32.load8_u (i32.const 1048583))))
  (func (export "_start") (call $do))
  (func (export "answer_request") (param i32) (call $do))
)
"""


def module(more="", of=str):
    """The action's bytes; `more` are other fields of the module, `of` changes its text."""
    data = "".join(
        f'(data (i32.const {at}) "{text}")\n'.replace(text, text.replace('"', '\\"'))
        for at, text in ANSWERS.items()
    )
    text = TEXT.replace("DATA", data + more).replace("SECRET", str(SECRET))
    return bytes(wasmtime.wat2wasm(of(text)))


def code(data, **more):
    """The body of /init."""
    value = {"name": "test", "main": "main", "binary": True, "code": b64encode(data).decode()}
    return {"value": value | more}


def within(**more):
    """What starts a host that has other limits."""
    limited = "".join(f"limits.{name} = {value}; " for name, value in more.items())
    return "-c", f"from scripts.action import limits, serve; {limited}serve.main()"


class Served:
    """A host that runs; what it answers, and what it says."""

    def __init__(
        self, folder, *arguments, start=("-m", "scripts.action.serve"), cwd=None, log=None
    ):
        self.out, self.err = folder / "stdout", Path(log or folder / "stderr")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, *start, "--port=0", f"--store={folder / 'store'}", *arguments],
                stdout=out,
                stderr=err,
                cwd=cwd,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        until(lambda: self.process.poll() is not None or b"serving" in self.out.read_bytes())
        found = re.search(r"http://[\d.]+:(\d+)", self.out.read_text())
        assert found, self.err.read_text()
        self.port = int(found[1])

    def send(self, path, body=None, timeout=PATIENCE, origin=None):
        """Send a request; return status, what the JSON says, and the headers."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            headers = {} if origin is None else {"Origin": origin}
            connection.request("GET" if data is None else "POST", path, data, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read()), response.headers

    def init(self, data, **more):
        """Initialise; return status and answer."""
        return self.send("/init", code(data, **more))[:2]

    def run(self, do="", **more):
        """Run an activation that does what the letter says; return status and answer."""
        return self.send("/run", {"value": {"do": do}} | more)[:2]

    def workers(self):
        """The processes of the workers."""
        return self.send("/status")[1]["pids"]["workers"]


def until(condition):
    """Wait until a condition holds; tell whether it did."""
    end = time.monotonic() + PATIENCE
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return met


def at_work(workers, count):
    """Wait until so many of the workers, or more, have computed for a while; return those."""
    before = {pid: computed(pid) for pid in workers}
    found = []

    def enough():
        found[:] = [pid for pid in workers if computed(pid) > before[pid] + 0.1]
        return len(found) >= count

    assert until(enough)
    return found


def computed(pid):
    """The seconds that a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def kill(pids):
    """Kill processes and wait for their end: the signal waits for its turn where others compute."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: not any(map(is_running, pids)))


def is_running(pid):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends while it is read
        return False


def parent(pid):
    """The process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def is_there(pid):
    """Whether a process is there, if only as a zombie."""
    return Path(f"/proc/{pid}").exists()


@contextlib.contextmanager
def served(folder, *arguments, **more):
    """A host until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    host = Served(folder, *arguments, **more)
    try:
        yield host
    finally:
        host.process.kill()
        host.process.wait()
