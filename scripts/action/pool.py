"""The workers of the host: so many activations at once, so many waiting, the rest refused."""

import asyncio
import sys
import time

from scripts.action import contract, outcome
from scripts.action.outcome import Outcome
from scripts.action.worker import end_logs
from scripts.action.worker_process import Settings, WorkerProcess
from scripts.action.zygote_process import Zygote
from scripts.common.errors import UserError

# A worker is killed at a deadline; one more stands ready, so that nobody waits for its successor.
SPARE = 1
RETRY_SECONDS = 1


class Pool:
    """Workers that all run the same action."""

    def __init__(self, settings: Settings, size: int, queue: int):
        """Describe a pool of `size` workers in which `queue` more activations may wait."""
        self._settings = settings
        self._size = size
        self._allowed = size + queue
        self._in_flight = 0
        self._slots = asyncio.Semaphore(size)
        # The last one used is the first one used again: its caches are warm.
        self._idle: asyncio.LifoQueue[WorkerProcess] = asyncio.LifoQueue()
        self._zygote: Zygote | None = None
        self._forking = asyncio.Lock()
        self._workers: set[WorkerProcess] = set()
        self._watchers: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start all workers.

        Raises:
            UserError: the action cannot be loaded.
        """
        for _ in range(self._size + SPARE):
            await self._add()

    def close(self) -> None:
        """End all workers."""
        for watcher in self._watchers:
            watcher.cancel()
        for worker in self._workers:
            worker.kill()
        if self._zygote:
            self._zygote.close()

    def pids(self) -> list[int]:
        """Return the numbers of the workers' processes."""
        return sorted(worker.pid for worker in self._workers)

    async def run(self, activation: contract.Activation) -> Outcome:
        """Run an activation; what it took includes `queue`.

        Raises:
            contract.RefusedError: too many wait, or its deadline passed.
        """
        if self._in_flight >= self._allowed:
            raise contract.too_many(self._in_flight + 1, self._allowed)
        left = activation.deadline - time.time()
        if left <= 0:
            # Begun, it would cost a worker.
            raise contract.too_late(0)
        self._in_flight += 1
        try:
            async with asyncio.timeout(left):
                return await self._in_turn(activation)
        except TimeoutError:
            raise contract.too_late(round(1000 * left)) from None
        finally:
            self._in_flight -= 1

    async def _in_turn(self, activation: contract.Activation) -> Outcome:
        arrived = time.monotonic_ns()
        async with self._slots:
            worker = await self._take()
            started = time.monotonic_ns()
            try:
                done = await worker.run(activation.parameters, activation.environment)
            except (EOFError, ConnectionError):
                worker.kill()
                end_logs()
                return outcome.failed(contract.ABNORMAL)
            except BaseException:
                # Its deadline passed, and what it runs cannot be stopped otherwise.
                worker.kill()
                end_logs()
                raise
            self._idle.put_nowait(worker)
        return Outcome(done.status, done.body, {"queue": started - arrived} | done.took)

    async def _take(self) -> WorkerProcess:
        while not (worker := await self._idle.get()).is_alive():
            pass
        return worker

    async def _add(self) -> None:
        worker = await self._forked()
        self._workers.add(worker)
        self._idle.put_nowait(worker)
        watcher = asyncio.create_task(self._replace(worker))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _forked(self) -> WorkerProcess:
        """Fork a worker, where what it is forked from ended from another."""
        async with self._forking:
            if self._zygote and self._zygote.has_ended():
                print("error: the process that workers are forked from ended", file=sys.stderr)
                self._zygote = None
            if not self._zygote:
                self._zygote = await Zygote.start(self._settings.path, self._settings.policy)
            return await WorkerProcess.start(self._zygote, self._settings.environment)

    async def _replace(self, worker: WorkerProcess) -> None:
        """Wait for the end of a worker, whatever ends it, and start another."""
        await worker.ended()
        self._workers.discard(worker)
        while True:
            try:
                return await self._add()
            except (UserError, OSError) as error:
                print(f"error: no worker in the place of one that ended: {error}", file=sys.stderr)
                await asyncio.sleep(RETRY_SECONDS)
