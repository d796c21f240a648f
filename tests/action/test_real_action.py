"""The classifier itself behind the host, as the quick run builds it, against the oracle."""

import base64
import json
import re
import subprocess

import pytest
import wasmtime
from conftest import MODEL, QUICK, snakemake
from serving import served

from scripts.action import contract, policies
from scripts.common import examples, paths
from scripts.deployment.fuzzing import pictures
from scripts.runners import abi

PROGRAM = f"{MODEL}/build/native-plain/{examples.COMMAND}"


@pytest.fixture(scope="module")
def built(run):
    """The quick run's folder, with the action that `make serve` serves."""
    done = snakemake(run, *QUICK, "--", paths.SERVED)
    assert done.returncode == 0, done.stderr
    return run


@pytest.mark.parametrize("policy", [*policies.WASM, *policies.NATIVE])
def test_a_photograph_is_what_tensorflow_says_it_is(built, tmp_path, policy):
    """Every activation, the first and those that follow it in the same worker."""
    cases = json.loads((built / MODEL / "oracle/reference.json").read_text())["cases"]
    (case,) = (case for case in cases if case["kind"] == "photograph")
    request = json.loads((built / paths.REQUEST).read_text())
    action = PROGRAM if policy in policies.NATIVE else paths.SERVED
    options = (f"--policy={policy}", "--workers=1", f"--action={action}")
    with served(tmp_path, *options, cwd=built) as host:
        for _ in range(3):
            status, answer, _ = host.send("/run", {"value": request})
            assert (status, answer["label"]) == (200, case["label"])
            assert answer["confidence"] == pytest.approx(case["confidence"], abs=0.03)
        assert "no JPEG" in host.send("/run", {"value": {"image": "aGVsbG8="}})[1]["error"]


def test_the_line_of_the_readme_classifies_a_photograph(built, root, tmp_path):
    """As a person types it; the photograph is larger than one argument may be."""
    (line,) = re.findall(r"^echo .*curl.*$", (root / "README.md").read_text(), re.MULTILINE)
    image = base64.b64decode(json.loads((built / paths.REQUEST).read_text())["image"])
    (tmp_path / "photo.jpg").write_bytes(image + bytes(200_000))
    options = ("--policy=snapshot", "--workers=1", f"--action={paths.SERVED}")
    with served(tmp_path, *options, cwd=built) as host:
        typed = line.replace(":8080/", f":{host.port}/")
        done = subprocess.run(typed, shell=True, cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout)["confidence"] > 0


def test_a_kept_model_is_made_ready_once(built, tmp_path):
    request = json.loads((built / paths.REQUEST).read_text()) | {"phases": True}
    options = ("--policy=loop", "--workers=1", f"--action={PROGRAM}")
    with served(tmp_path, *options, cwd=built) as host:
        loads = [host.send("/run", {"value": request})[1]["phases"]["load_ns"] for _ in range(6)]
    # The least: a busy machine makes some of them longer, none shorter.
    assert min(loads[1:]) < loads[0] / 10


def test_a_picture_that_memory_has_no_room_for(built, tmp_path):
    """Decoded it fits; without its transparency, a copy, it does not."""
    image = pictures.black(6400, 6400, colour=6, channels=4)
    request = {"value": {"image": base64.b64encode(image).decode()}, "deadline": "9" * 15}
    options = ("--policy=snapshot", "--workers=1", f"--action={paths.SERVED}")
    with served(tmp_path, *options, cwd=built) as host:
        answer = host.send("/run", request)[:2]
    assert answer == (502, {"error": contract.MEMORY_EXHAUSTED})


def on_a_machine_whose_clock_fails(path, length):
    """Return an instance of the action at `path`, told to expect a request of so many bytes.

    The first reading succeeds: it is made before anything that tells of a panic is set up. Rust's
    standard library panics where a later one fails.
    """
    engine, readings = abi.engine(), iter([0])
    store, linker = wasmtime.Store(engine), wasmtime.Linker(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["mobilenet-oc", str(length)]
    store.set_wasi(wasi)
    linker.define_wasi()
    linker.allow_shadowing = True
    i32, i64 = wasmtime.ValType.i32(), wasmtime.ValType.i64()
    kind, invalid = wasmtime.FuncType([i32, i64, i32], [i32]), 28
    clock = ("wasi_snapshot_preview1", "clock_time_get")
    linker.define_func(*clock, kind, lambda *_: next(readings, invalid))
    module = wasmtime.Module.from_file(engine, str(path))
    return abi.Instance(store, linker.instantiate(store, module).exports(store))


@pytest.mark.parametrize("entry", [abi.ENTRY, abi.AGAIN])
def test_a_panic_is_an_answer(built, entry):
    """A host reads it: the exit code is 0, and the buffer holds what is wrong, in one line."""
    request = (built / paths.REQUEST).read_bytes()
    path = built / f"{MODEL}/optimised/wasm-packed/{examples.ACTION}.wasm"
    instance = on_a_machine_whose_clock_fails(path, len(request))
    instance.put(request)
    arguments = [len(request)] if entry == abi.AGAIN else []
    assert not instance.ending(lambda: instance.call(entry, *arguments))
    answer = json.loads(instance.take(instance.length()))
    assert re.fullmatch(r"a fault in the program: .+ \(.+\.rs:\d+\)", answer["Err"]["error"])


def test_a_snapshot_s_memory_is_mapped_and_not_copied(built, tmp_path):
    """An image whose memory spans more than twice its data is copied instead, without a word."""
    options = ("--policy=snapshot", "--workers=1", f"--action={paths.SERVED}")
    with served(tmp_path, *options, cwd=built) as host:
        request = {"value": {"image": "aGVsbG8="}}
        told = [host.send("/run", request)[2]["Server-Timing"] for _ in range(30)]
    took = [float(timing.split("instantiate;dur=")[1].split(",")[0]) for timing in told]
    assert min(took) < 1, took
