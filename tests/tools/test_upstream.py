"""The cases of docs/upstream.md show what it says, with the engine that the workflow pins."""

import subprocess

import pytest

# What the case's code has, and what it lacks.
SEEN = {
    "fma": ("vfmadd213ps", "vfmadd231ps"),
    "loads-straight": ("(%rsp), %xmm", "callq"),
    "loads-branch": ("vmulps", "(%rsp), %xmm"),
    "dot": ("vpmaddubsw", "vpdpbusd"),
    "copy-variable": ("callq", "movl    8("),
    "copy-constant": ("movl    8(", "callq"),
    "splat": ("vpbroadcastd", "vbroadcastss"),
    "shuffle": ("vpor", "vpermi2b"),
}
# What a case is compiled for, where not for the processor that has most instructions.
PROCESSORS = {"shuffle": "haswell"}


def test_every_case_is_told_of_and_checked(root):
    cases = {path.stem for path in (root / "docs/upstream").iterdir()}
    assert cases == set(SEEN)
    text = (root / "docs/upstream.md").read_text()
    assert all(f"`{case}.wat`" in text for case in cases)


@pytest.mark.parametrize("case", SEEN)
def test_case(root, wasmtime, tmp_path, case):
    compiled = tmp_path / "case.cwasm"
    processor = PROCESSORS.get(case, "sapphirerapids")
    target = ["--target", "x86_64-unknown-linux-gnu", "-C", f"cranelift-{processor}"]
    module = root / "docs/upstream" / f"{case}.wat"
    subprocess.run([wasmtime, "compile", *target, module, "-o", compiled], check=True)
    code = subprocess.run([wasmtime, "objdump", compiled], capture_output=True, check=True)
    has, lacks = SEEN[case]
    assert has.encode() in code.stdout
    assert lacks.encode() not in code.stdout
