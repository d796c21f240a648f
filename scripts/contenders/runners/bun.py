"""Bun: JavaScriptCore, which compiles what is called and optimises it while it runs."""

from scripts.contenders.modes import javascript

RUNNER = javascript(
    aot="JavaScriptCore compiles at every start: Bun keeps no compiled wasm on disk, nor takes any",
)
