"""The facts of the machine that a job measures on, and of what it measures with.

Read from the kernel: psutil and pyperf have neither DAMON nor the features
that a build for this processor depends on, and the rest is a line each.
"""

import contextlib
import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from scripts.common import cpu
from scripts.common.code_digest import ROOT

PACKAGES = (
    "ai-edge-litert", "numpy", "onnx", "onnxruntime", "pillow", "scipy", "snakemake",
    "tensorflow-cpu", "tf2onnx", "wasmtime",
)  # fmt: skip

PROCESSES = Path("/proc")


def facts() -> dict[str, Any]:
    """Return the machine, the date, the commit and the versions of this job's Python packages."""
    return {
        "name": platform.node(),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "cpu": cpu.describe(),
        "memory_mib": memory_mib(),
        "damon": damon(),
        "kernel": platform.release(),
        "system": platform.system(),
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "git": git(),
    }


def memory_mib() -> int:
    """Return the machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def damon() -> bool:
    """Tell whether the kernel watches which pages are idle: it may then take them from memory."""
    for path in PROCESSES.glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):  # a process that ended meanwhile
            if path.read_text(encoding="utf-8").startswith("kdamond"):
                return True
    return False


def version(package: str) -> str | None:
    """Return a package's version; None where this Python does not have it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def git() -> dict[str, Any]:
    """Return this project's commit, and whether its files differ; None outside a repository.

    A job's working folder is another one where results lie elsewhere (`--directory`).
    """
    commit = _git("rev-parse", "HEAD")
    return {"commit": commit, "changed": bool(_git("status", "--porcelain")) if commit else None}


def _git(*arguments: str) -> str | None:
    try:
        command = ["git", "-C", str(ROOT), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
