"""A precompiled action that is ready to be instantiated, as the host does it and the probe."""

import wasmtime

from scripts.action import limits
from scripts.common.errors import UserError
from scripts.runners import abi


class Ready:
    """A loaded module; its code is shared with all who load the file."""

    def __init__(self, path: str):
        """Load what was compiled before.

        Raises:
            UserError: it cannot be loaded.
        """
        self._engine = abi.engine()
        linker = wasmtime.Linker(self._engine)
        linker.define_wasi()
        try:
            # Maps the file; from bytes each process would have a copy of its own.
            module = wasmtime.Module.deserialize_file(self._engine, path)
            self._linked = linker.instantiate_pre(module)
        except wasmtime.WasmtimeError as error:
            raise UserError(f"cannot run {path}: {error}") from error
        self.exports = module.exports

    def store(self, wasi: wasmtime.WasiConfig) -> wasmtime.Store:
        """Return a store for one instance, with the host's limits."""
        store = wasmtime.Store(self._engine)
        store.set_limits(**limits.STORE)
        store.set_wasi(wasi)
        return store

    def instantiate(self, store: wasmtime.Store) -> abi.Instance:
        """Return an instance in its store; raise `wasmtime.WasmtimeError` where it may not be."""
        return abi.Instance(store, self._linked.instantiate(store).exports(store))


def wasi(request_bytes: int) -> wasmtime.WasiConfig:
    """Return what the system tells an action: the arguments, the request's length the last."""
    config = wasmtime.WasiConfig()
    config.argv = ["action", str(request_bytes)]
    return config
