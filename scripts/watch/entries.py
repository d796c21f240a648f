"""What is watched: `base` and `candidate`, each an engine, or a version or a file of one.

Both become engines of those names, and the only ones that are compared.
"""

import re
from typing import Any

from scripts.common.errors import UserError

BASE, CANDIDATE = "base", "candidate"
ENTRIES = (BASE, CANDIDATE)


def complete(config: dict[str, Any]) -> None:
    """Add the two engines to the config, where it names them.

    Raises:
        UserError: only one is named, or what cannot be had so; the line names the key.
    """
    named = {entry: config["watch"][entry] for entry in ENTRIES}
    if not any(named.values()):
        return
    known = dict(config["engines"])
    for entry, text in named.items():
        if not text:
            raise UserError(f"config: watch.{entry} is missing: name an engine, such as wasmtime")
        if entry in known:
            raise UserError(f"config: engines.{entry}: `watch` takes that name; choose another one")
        config["engines"][entry] = engine(f"config: watch.{entry}", text, known)
    config["compare"]["engines"] = list(ENTRIES)


def engine(where: str, text: str, known: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of `ENGINE`, `ENGINE@VERSION` or, with a slash in it, `ENGINE@FILE`."""
    name, _, which = text.partition("@")
    if name not in known:
        raise UserError(f"{where}: unknown engine {name!r}; known: {', '.join(sorted(known))}")
    settings = {"runner": name, **known[name]}
    if not which:
        own = {"version", "path"} & settings.keys()
        return settings if own else {"tool": name, **settings}
    key = "path" if "/" in which else "version"
    if key == "version" and not re.fullmatch(r"\d+(\.\d+)+", which):
        raise UserError(
            f"{where}: {which!r} is neither a version, such as 48.0.8, nor a file: ./{which}"
        )
    others = {"version", "path"} - {key}
    return {name: value for name, value in settings.items() if name not in others} | {key: which}
