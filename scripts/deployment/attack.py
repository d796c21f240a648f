"""An attack: requests at a rate for a while, whether or not the answers keep up (vegeta)."""

import math
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.common import processes
from scripts.common.errors import UserError
from scripts.deployment import answers, cases, schedule
from scripts.deployment.answers import Answer
from scripts.deployment.cases import Case
from scripts.deployment.cores import kept_to

# No attack is longer, or has more requests, whatever it was asked for.
MOST_SECONDS, MOST_REQUESTS = 600.0, 200_000
# Requests on their way at the same time; more of them, and the generator falls behind and says so.
MOST_IN_FLIGHT = 2048
TIMEOUT_SECONDS = 30.0
# What an answer may have that is kept; the classifier's has some hundred bytes.
MOST_BODY = "64KB"
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Generator:
    """What sends the load.

    Attributes:
        program: vegeta's executable.
        late_ms: how late 99 % of the requests may leave.
        cores: those that it runs on; none: any.
    """

    program: str
    late_ms: float
    cores: tuple[int, ...] = ()

    def attack(self, url: str, wanted: Sequence[Case], rate: float, seconds: float) -> list[Answer]:
        """Send the cases in turns, `rate` a second, and return the answers in that order.

        Raises:
            UserError: more than allowed was asked for, or the requests did not leave by the clock.
        """
        return self.attacks(url, wanted, [(rate, seconds)])[0]

    def attacks(
        self,
        url: str,
        wanted: Sequence[Case],
        phases: Sequence[tuple[float, float]],
        timeout: float = TIMEOUT_SECONDS,
    ) -> list[list[Answer]]:
        """As `attack`, for several rates and seconds; each begins where the last one ended.

        After `timeout` seconds a request is given up.
        """
        plans = [plan(rate, seconds) for rate, seconds in phases]
        allowed = round(self.late_ms * 1e6)
        with tempfile.TemporaryDirectory() as folder:
            for place, (count, interval) in enumerate(plans):
                # The rate as an interval, which vegeta takes exactly. After its end nothing leaves,
                # and the last request leaves shortly before: as late as any of them may.
                lasts = count * interval - interval // 2 + allowed
                options = ["-rate", f"1/{interval}ns", "-max-workers", str(MOST_IN_FLIGHT)]
                options += ["-timeout", f"{round(timeout * 1000)}ms"]
                self._send(url, wanted, options, lasts, Path(folder, str(place)))
            found = [
                self._read(Path(folder, str(place)))[:count]
                for place, (count, _) in enumerate(plans)
            ]
        for (rate, _), (count, interval), answered in zip(phases, plans, found, strict=True):
            if why := schedule.drift(answered, interval, allowed, count):
                raise UserError(f"at {rate:g} requests a second {why}")
        return [
            schedule.from_their_time(answered, interval)
            for (_, interval), answered in zip(plans, found, strict=True)
        ]

    def saturate(
        self, url: str, wanted: Sequence[Case], in_flight: int, seconds: float
    ) -> list[Answer]:
        """Keep `in_flight` requests on their way: each answer is followed by the next request.

        Raises:
            UserError: more than allowed was asked for.
        """
        plan(in_flight, seconds)
        options = ["-timeout", f"{TIMEOUT_SECONDS:g}s"]
        options += ["-rate", "0", "-max-workers", str(in_flight), "-workers", str(in_flight)]
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder, "results")
            self._send(url, wanted, options, round(seconds * 1e9), results)
            return self._read(results)

    def _send(
        self, url: str, wanted: Sequence[Case], options: list[str], lasts: int, results: Path
    ) -> None:
        if urlsplit(url).hostname not in LOOPBACK:
            raise UserError(f"{url} is not on this machine: load is sent to the loopback alone")
        targets = results.with_suffix(".targets")
        targets.write_text(cases.targets(url, wanted), encoding="utf-8")
        command = [self.program, "attack", "-format", "json", "-targets", str(targets)]
        command += ["-max-body", MOST_BODY, "-redirects", "-1"]
        command += ["-duration", f"{lasts}ns", "-output", str(results), *options]
        self._call(command, lasts / 1e9 + 2 * TIMEOUT_SECONDS)

    def _read(self, results: Path) -> list[Answer]:
        encoded = results.with_suffix(".csv")
        command = [self.program, "encode", "-to", "csv", "-output", str(encoded), str(results)]
        self._call(command, MOST_SECONDS)
        try:
            with open(encoded, encoding="utf-8", newline="") as stream:
                return answers.read(stream)
        except answers.FormatError as error:
            raise UserError(f"{error}; {self.program} is not the version that is pinned") from error

    def _call(self, command: list[str], patience: float) -> None:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=kept_to(self.cores),
        )
        try:
            _, said = processes.to_the_end(process, patience)
        except subprocess.TimeoutExpired:
            raise UserError(f"the load did not end within {patience:g} s") from None
        if process.returncode != 0:
            raise UserError(f"vegeta failed: {said.strip()[-200:]}")


def plan(rate: float, seconds: float) -> tuple[int, int]:
    """Return how many requests an attack has, at least one, and the ns between two of them.

    Raises:
        UserError: it would be longer, or have more requests, than any may.
    """
    if not (rate > 0 and 0 < seconds <= MOST_SECONDS and rate * seconds <= MOST_REQUESTS):
        raise UserError(
            f"{rate:g} requests a second for {seconds:g} s are not sent: the most are "
            f"{MOST_REQUESTS} in {MOST_SECONDS:g} s"
        )
    return max(1, math.floor(rate * seconds)), round(1e9 / rate)
