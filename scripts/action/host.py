"""The host of one action: it is initialised once, and then runs activations."""

import asyncio
import os
import sys
from pathlib import Path

from scripts.action import contract, policies
from scripts.action.contract import Activation, Initialisation
from scripts.action.outcome import Outcome
from scripts.action.pool import Pool
from scripts.action.store import Store
from scripts.action.worker_process import Settings
from scripts.common.errors import UserError


class Host:
    """What stands behind the HTTP front."""

    def __init__(self, store: Store, policy: str, workers: int, queue: int):
        """Describe a host that runs so many activations at once and lets `queue` more wait."""
        self._store = store
        self.policy = policy
        self._size = workers, queue
        self._pool: Pool | None = None
        self._initialising = asyncio.Lock()

    async def initialise(self, wanted: Initialisation) -> None:
        """Take the action's code; a failure leaves the host as it was.

        Raises:
            contract.RefusedError: it has an action already, or the code is none.
        """
        async with self._initialising:
            if refusal := self.another_refused():
                raise refusal
            try:
                async with self._store.artifact(wanted.code) as path:
                    await self._open(path, wanted.environment)
            except (UserError, OSError) as error:
                print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
                raise contract.RefusedError(502, contract.NO_BINARY) from error

    def another_refused(self) -> contract.RefusedError | None:
        """Return what /init is refused with where there is an action already."""
        if self._pool or self.policy in policies.NATIVE:
            # Native programs come from the operator alone.
            return contract.RefusedError(403, contract.INITIALISED_BEFORE)
        return None

    async def open_program(self, path: str) -> None:
        """Take a native program; raise `UserError` where it is none."""
        await self._open(Path(os.path.abspath(path)), {})

    async def _open(self, path: Path, environment: dict[str, str]) -> None:
        pool = Pool(Settings(str(path.absolute()), self.policy, environment), *self._size)
        try:
            await pool.open()
        except BaseException:
            pool.close()
            raise
        self._pool = pool

    async def run(self, activation: Activation) -> Outcome:
        """Run an activation.

        Raises:
            contract.RefusedError: there is no action, no room, or no time left.
        """
        if self._pool is None:
            raise contract.RefusedError(502, contract.NOT_INITIALISED)
        return await self._pool.run(activation)

    def pids(self) -> list[int]:
        """Return the numbers of the workers' processes."""
        return self._pool.pids() if self._pool else []

    def close(self) -> None:
        """End the workers."""
        if self._pool:
            self._pool.close()
