"""The modules that engines are probed with, from their text beside this file."""

from pathlib import Path

import wasmtime

# What each one is put together from: WebAssembly's text is a list of fields.
PARTS = {
    "start": ("host",),
    "simd": ("host", "expect"),
    "relaxed": ("host", "expect"),
    "madd": ("host", "expect"),
    "stdin": ("host",),
    "exit": ("host",),
    "trap": ("host",),
    "memory": ("host",),
}


def write(sources: list[Path], folder: Path) -> None:
    """Write every module, `{name}.wasm`, into a folder.

    Args:
        sources: the texts, `{name}.wat`.
        folder: is made.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sources}
    folder.mkdir()
    for name, parts in PARTS.items():
        text = "".join(texts[part] for part in (*parts, name))
        (folder / f"{name}.wasm").write_bytes(wasmtime.wat2wasm(text))
