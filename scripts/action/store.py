"""The host's own folder of compiled actions: each file appears whole, and never changes."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import resource
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import IO

from scripts.action import lifetime, limits
from scripts.action.artifact import Record, made_for
from scripts.common import files
from scripts.common.code_digest import ROOT
from scripts.common.errors import UserError

WASM, ELF = b"\0asm", b"\x7fELF"
COMPILER = "scripts.action.precompile"


class Store:
    """A folder of artefacts, named by what they were made of.

    Whoever can write there decides what code the host runs: it is the operator's alone.
    """

    def __init__(self, folder: Path, allowed: Iterable[Record]):
        """Open a folder, with artefacts that the operator allows.

        Raises:
            UserError: it cannot be written to, or an artefact is not the one of its record.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _claim(folder)
            self._folder = folder
            self._by_module = {record.module_digest: self._adopt(record) for record in allowed}
        except OSError as error:
            raise UserError(f"the store {folder} cannot be used: {error}") from error

    @contextlib.asynccontextmanager
    async def artifact(self, code: bytes) -> AsyncIterator[Path]:
        """Give the artefact for code: a module, or an artefact that is allowed.

        What was compiled for a block that then fails is removed.

        Raises:
            UserError: it is neither, or cannot be compiled.
        """
        digest = hashlib.sha256(code).hexdigest()
        path = self._allowed(code, digest) or self._folder / f"{digest}-{made_for()}.cwasm"
        is_new = not path.exists() and path not in self._by_module.values()
        if is_new:
            await self._compile(code, path)
        try:
            yield path
        except BaseException:
            if is_new:
                for made in self._folder.glob(f"{path.name}*"):
                    made.unlink(missing_ok=True)
            raise

    def _allowed(self, code: bytes, digest: str) -> Path | None:
        """Return the artefact that the operator gave for code; None where it is to be compiled."""
        if code.startswith(ELF):
            path = self._folder / f"{digest}.cwasm"
            if path not in self._by_module.values():
                raise UserError(f"precompiled code {digest} is not allowed; send the module")
            return path
        if not code.startswith(WASM):
            raise UserError("the code is no WebAssembly module")
        return self._by_module.get(digest)

    def _adopt(self, record: Record) -> Path:
        """Return the store's own copy of an artefact: the operator's file may change."""
        code = Path(record.artifact).read_bytes()
        if hashlib.sha256(code).hexdigest() != record.artifact_digest:
            raise UserError(f"{record.artifact} is not what its record says; compile it anew")
        path = self._folder / f"{record.artifact_digest}.cwasm"
        if not path.exists() or files.sha256(path) != record.artifact_digest:
            with files.atomic_write(path, "wb") as stream:
                stream.write(code)
        return path

    async def _compile(self, code: bytes, path: Path) -> None:
        """Compile in a process of its own, which is killed where it takes too long."""
        module = path.with_suffix(f".wasm{files.UNFINISHED}")
        module = module.with_name(f".{module.name}")
        try:
            module.write_bytes(code)
            await self._run_compiler(module, path)
        finally:
            module.unlink(missing_ok=True)

    async def _run_compiler(self, module: Path, path: Path) -> None:
        compiler = await asyncio.create_subprocess_exec(
            sys.executable, "-m", COMPILER, str(module),
            "--threads", str(len(os.sched_getaffinity(0))), "--out", str(path),
            stdin=asyncio.subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            preexec_fn=_confine,
        )  # fmt: skip
        try:
            async with asyncio.timeout(limits.COMPILING_SECONDS):
                status = await compiler.wait()
        except TimeoutError:
            raise UserError(f"compiling took more than {limits.COMPILING_SECONDS} s") from None
        finally:
            if compiler.returncode is None:
                compiler.kill()
                await compiler.wait()
        if status != 0:
            raise UserError("the module could not be compiled; see above")


def _confine() -> None:
    """End a compiler with the host, and bound what it takes of memory."""
    lifetime.end_with_parent()
    resource.setrlimit(resource.RLIMIT_DATA, (limits.COMPILER_BYTES, limits.COMPILER_BYTES))


def _claim(folder: Path) -> IO[str]:
    """Say until this process ends that the folder is used; clear up if nobody else uses it."""
    lock = open(folder / "lock", "w")  # noqa: SIM115 - open for as long as this process lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.glob(f".*{files.UNFINISHED}"):
            path.unlink()
    except BlockingIOError:
        pass
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock
