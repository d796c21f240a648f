"""What code a host runs: modules, and artefacts that its operator allows."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from serving import is_running, kill, module, served, until

from scripts.action import precompile
from scripts.action.artifact import made_for
from scripts.common.errors import UserError


@pytest.fixture
def compiled(tmp_path):
    """A precompiled action's record."""
    (tmp_path / "action.wasm").write_bytes(module())
    out = tmp_path / "action.cwasm"
    precompile.main([str(tmp_path / "action.wasm"), "--out", str(out)])
    return tmp_path / "action.cwasm.json"


def test_precompiled_code_only_where_it_is_allowed(tmp_path, compiled):
    code = compiled.with_suffix("").read_bytes()
    with served(tmp_path / "a", "--workers=1") as host:
        assert host.init(code)[0] == 502
        assert "is not allowed" in host.err.read_text()
    with served(tmp_path / "b", "--workers=1", f"--allow={compiled}") as host:
        changed = code[:-1] + bytes([code[-1] ^ 1])
        assert host.init(changed)[0] == 502
        assert host.init(code) == (200, {"ok": True})
        assert host.run() == (200, {"done": True})


def test_an_allowed_artefact_stands_for_its_module(tmp_path, compiled):
    """Nothing is compiled, and the operator's file may change while the host runs."""
    with served(tmp_path / "a", "--workers=1", f"--allow={compiled}") as host:
        assert host.init(module())[0] == 200
        assert len(list((tmp_path / "a/store").glob("*.cwasm"))) == 1
        compiled.with_suffix("").write_bytes(b"other code")
        kill(host.workers()[:1])
        assert [host.run() for _ in range(3)] == 3 * [(200, {"done": True})]


def test_a_module_is_compiled_once(tmp_path):
    for _ in range(2):
        with served(tmp_path, "--workers=1") as host:
            assert host.init(module())[0] == 200
        (found,) = (tmp_path / "store").glob("*.cwasm")
        assert made_for() in found.name
        changed = found.stat().st_mtime_ns
    with served(tmp_path, "--workers=1") as host:
        assert host.init(module())[0] == 200
    assert found.stat().st_mtime_ns == changed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"_start") (call', '"_start") (result i32) (i32.const 0) (call', "_start is no function"),
        ('"answer_request") (param i32)', '"answer_request") (param i64)', "answer_request is no"),
        ('(memory (export "memory") 64)', '(memory 64) (table (export "memory") 1 funcref)',
         "memory is no memory"),
        ('"random_get" (func', '"no_such_function" (func', "unknown import"),
    ],
)  # fmt: skip
def test_a_module_that_could_not_run_is_refused_and_not_kept(tmp_path, old, new, said):
    """By the types of its exports, or by its imports."""
    bad = module(of=lambda text: text.replace(old, new))
    with served(tmp_path, "--workers=1", "--policy=warm") as host:
        for _ in "12":
            assert host.init(bad)[0] == 502
        assert said in host.err.read_text()
        assert [path.name for path in (tmp_path / "store").iterdir()] == ["lock"]
        assert host.init(module()) == (200, {"ok": True})
        assert len(list((tmp_path / "store").glob("*.cwasm"))) == 1


def test_a_damaged_copy_in_the_store_is_written_anew(tmp_path, compiled):
    digest = json.loads(compiled.read_text())["artifact_digest"]
    copy = tmp_path / "a/store" / f"{digest}.cwasm"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(compiled.with_suffix("").read_bytes()[:1000])
    with served(tmp_path / "a", "--workers=1", f"--action={compiled}") as host:
        assert host.run() == (200, {"done": True})


def test_a_compiler_ends_with_its_host(tmp_path):
    adds = "(local.set 0 (i32.add (local.get 0) (i32.const 3)))" * 400_000
    with served(tmp_path, "--workers=1") as host, ThreadPoolExecutor(1) as threads:
        threads.submit(host.init, module(f"(func (param i32) {adds})"))
        assert until(lambda: compilers(host.process.pid))
        (compiler,) = compilers(host.process.pid)
        kill([host.process.pid])
        assert until(lambda: not is_running(compiler))
    assert not list((tmp_path / "store").glob("*.cwasm"))


def compilers(host):
    """The processes that compile for a host."""
    paths = Path(f"/proc/{host}/task").glob("*/children")
    children = [int(pid) for path in paths for pid in path.read_text().split()]
    return [pid for pid in children if b"precompile" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def refused(tmp_path, *arguments):
    """What a host that does not start says."""
    with pytest.raises(AssertionError) as said, served(tmp_path / "refused", *arguments):
        pass
    (line,) = str(said.value).splitlines()[0].splitlines()
    assert "Traceback" not in str(said.value)
    return line


def test_an_operator_is_told_in_a_line_what_is_wrong(tmp_path, compiled):
    record = json.loads(compiled.read_text())
    assert "cannot read" in refused(tmp_path, "--action=nothing.wasm")
    assert "cannot read" in refused(tmp_path, "--allow=nothing.json")
    compiled.write_text(json.dumps(record | {"made_for": "another"}))
    assert "is of another" in refused(tmp_path, f"--action={compiled}")
    compiled.write_text(json.dumps(record | {"artifact_digest": "0"}))
    assert "is not what its record says" in refused(tmp_path, f"--allow={compiled}")
    compiled.write_text("{}")
    assert "is no record" in refused(tmp_path, f"--allow={compiled}")
    assert "is no program" in refused(tmp_path, "--policy=loop", "--action=nothing")
    assert "one worker at least" in refused(tmp_path, "--workers=0")


def test_what_cannot_be_compiled_leaves_no_artefact(tmp_path):
    (tmp_path / "action.wasm").write_bytes(b"\0asm\1\0\0\0")
    with pytest.raises(UserError, match="is no OpenWhisk action"):
        precompile.main([str(tmp_path / "action.wasm"), "--out", str(tmp_path / "a.cwasm")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["action.wasm"]
