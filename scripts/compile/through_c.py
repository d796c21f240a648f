"""Compile a module to an executable through C: wasm2c writes it, a compiler of C does the rest.

What wasm2c writes keeps the bounds of the module's memory by pages that trap, and reads that nobody
uses are done all the same. `wasi.c` is what the module runs on.
"""

import argparse
import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from scripts.common import errors, files
from scripts.common.code_digest import ROOT
from scripts.common.errors import UserError

# What the module runs on, in C.
HOST = "scripts/compile/wasi.c"
# Other engines compile for the processor they run on as well. wasm rounds every product and every
# sum, which compilers of C fuse unasked, and a call that never ends exhausts its stack.
FLAGS = (
    "-O3", "-march=native", "-ffp-contract=off", "-fno-optimize-sibling-calls", "-w",
    "-DNDEBUG", "-DWASM_RT_TRAP_HANDLER=trapped",
)  # fmt: skip
SEGMENT = re.compile(rb"static const u8 (data_segment_data_\w+)\[\] = \{")
PROVIDED = re.compile(r"^\w+ IMPORT\((\w+)\)", re.MULTILINE)
IMPORTED = re.compile(r"^/\* import: '(.*)' '(.*)' \*/$", re.MULTILINE)
EXPORTED = re.compile(r"^/\* export: '(.*)' \*/$", re.MULTILINE)


def main(argv: list[str] | None = None) -> int:
    """Write the executable, whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--wasm2c", required=True, type=Path)
    parser.add_argument("--compiler", required=True, type=Path, help="gcc, or zig, which is clang")
    parser.add_argument("--options", type=json.loads, default=[], help="JSON list for the compiler")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    runtime, compiler = runtime_of(args.wasm2c), args.compiler.absolute()
    with TemporaryDirectory(files.UNFINISHED, f".{args.out.name}.", args.out.parent) as folder:
        work = Path(folder)
        convert(args.wasm2c, args.module, work)
        imports = check((work / "module.h").read_text(encoding="utf-8"), args.module)
        with_data_apart(work)
        flags = [*FLAGS, *args.options, *(["-DHAS_IMPORTS"] if imports else [])]
        executable = compiled(compiler, flags, runtime, work)
        executable.replace(args.out)
    return 0


def runtime_of(wasm2c: Path) -> Path:
    """Return the folder of what wasm2c writes for: the runtime's source, and headers for SIMD."""
    folder = wasm2c.resolve().parent.parent
    if not (folder / "wasm2c/wasm-rt.h").is_file():
        raise UserError(f"{wasm2c} has no runtime in {folder}/wasm2c; take it off PATH")
    return folder


def convert(wasm2c: Path, module: str, work: Path) -> None:
    """Write module.c and module.h."""
    # It aborts where it meets relaxed SIMD, unless it is told to refuse it.
    command = [wasm2c, "--disable-relaxed-simd", "-n", "module", "-o", work / "module.c", module]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = done.stderr.strip() or f"exit code {done.returncode}"
        raise UserError(f"wasm2c could not convert {module} (it knows no relaxed SIMD): {why}")


def check(header: str, module: str) -> bool:
    """Tell whether the module imports anything.

    Raises:
        UserError: it needs what the host does not have, or is no command.
    """
    provided = PROVIDED.findall((ROOT / HOST).read_text(encoding="utf-8"))
    imports = IMPORTED.findall(header)
    for space, name in imports:
        if space != "wasi_snapshot_preview1" or name not in provided:
            raise UserError(f"{module} imports {space}.{name}, which {HOST} does not have")
    if missing := {"_start", "memory"} - set(EXPORTED.findall(header)):
        raise UserError(f"{module} is no WASI command: it does not export {sorted(missing)[0]}")
    return bool(imports)


def with_data_apart(work: Path) -> None:
    """Write apart.c, module.c with its data in the file `data`: compilers take hours to read it."""
    whole, apart = work / "module.c", work / "apart.c"
    with whole.open("rb") as lines, apart.open("wb") as rest, (work / "data").open("wb") as data:
        rest.writelines(without_data(lines, data))
    whole.unlink()


def without_data(lines: Iterable[bytes], data: BinaryIO) -> Iterator[bytes]:
    """Yield the lines with each data segment included from `data`, where its bytes are written."""
    lines = iter(lines)
    for line in lines:
        if not (found := SEGMENT.match(line)):
            yield line
            continue
        name, start = found[1].decode(), data.tell()
        for row in iter(lines.__next__, b"};\n"):
            data.write(bytes.fromhex(row.decode().replace("0x", "").replace(",", "")))
        yield included(name, start, data.tell() - start).encode()


def included(name: str, start: int, length: int) -> str:
    """Return the C that defines `name` as bytes of the file `data`."""
    words = f'.pushsection .rodata\\n{name}: .incbin \\"data\\", {start}, {length}\\n.popsection'
    return f'__asm__("{words}");\nextern const u8 {name}[] __attribute__((visibility("hidden")));\n'


def compiled(compiler: Path, flags: list[str], runtime: Path, work: Path) -> Path:
    """Return the executable, made in the folder where its sources are."""
    program = [str(compiler), "cc"] if compiler.name == "zig" else [str(compiler)]
    folders = [".", runtime / "wasm2c", runtime / "include"]
    sources = ["apart.c", ROOT / HOST]
    sources += [runtime / "wasm2c" / name for name in ("wasm-rt-impl.c", "wasm-rt-mem-impl.c")]
    command = [*program, *flags, *(f"-I{name}" for name in folders), *sources, "-lm", "-o", "made"]
    # zig keeps what it compiled, by its source alone: included data is not among what it looks at.
    environment = os.environ | {"ZIG_LOCAL_CACHE_DIR": str(work / "zig")}
    if subprocess.run(command, cwd=work, env=environment, check=False).returncode != 0:
        raise UserError(f"{compiler.name} could not compile what wasm2c wrote; see above")
    return work / "made"


if __name__ == "__main__":
    errors.run(main)
