"""The probes: one question each, to an engine in one of its modes, answered in few words."""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from scripts.common import complaints
from scripts.engines import features, running
from scripts.engines.subject import Subject

# Whether it is as it should be, and what there is to say of that; where it is not, why.
Answer = tuple[bool, str]
CONTENT = random.Random(1).randbytes(2**20)
EXIT_CODE, WHOLE_MIB = 3, 4096
# The specification allows either.
FUSED, ROUNDED = "multiply-add is fused", "multiply-add rounds the product"
# What fills the memory that it grows is not let go on: the machine may have no more than it needs.
MOST_MIB = 1024


@dataclass(frozen=True)
class Probe:
    """One question.

    Attributes:
        feature: what it belongs to.
        what: what is asked for.
        ask: puts it to an engine.
    """

    feature: str
    what: str
    ask: Callable[[Subject], Answer]


def prints(module: str, *words: str) -> Callable[[Subject], Answer]:
    """Return a question: does a module print one of these words? Of several, which is said."""

    def ask(subject: Subject) -> Answer:
        run = subject.run(module)
        if run.output in words and not run.problem:
            return True, run.output if len(words) > 1 else ""
        if run.output.endswith(" is wrong"):
            return False, run.output
        return False, run.problem or printed(run.output)

    return ask


def receives(source: Callable, content: bytes) -> Callable[[Subject], Answer]:
    """Return a question: does all of the content arrive by stdin, from a source of running.py?"""

    def ask(subject: Subject) -> Answer:
        with source(content) as stdin:
            run = subject.run("stdin", stdin)
        found = numbers(run.output)
        if run.problem or len(found) != 2:
            return False, run.problem or printed(run.output)
        if found[0] != len(content):
            return False, f"{found[0]} of {len(content)} bytes arrive"
        return judged(found[1] == zlib.adler32(content), "other bytes arrive")

    return ask


def passes_on(subject: Subject) -> Answer:
    """Does the engine end with the module's exit code?"""
    run = subject.run("exit")
    return judged(run.status == EXIT_CODE, f"{running.end(run)} instead of {EXIT_CODE}")


def tells_a_trap(subject: Subject) -> Answer:
    """Does a trap end the engine with an exit code other than 0, and a word about it?"""
    run = subject.run("trap")
    if not run.status:
        return False, running.end(run)
    return judged(run.has_complained, f"{running.end(run)}, and nothing on stderr")


def grows(subject: Subject) -> Answer:
    """How far does memory grow that nobody touches?"""
    run = subject.run("memory", most_mib=MOST_MIB)
    sizes = numbers(run.output)
    if not sizes:
        return False, run.problem or printed(run.output)
    if run.is_too_large:
        return False, f"it fills what it grows: stopped at {sizes[-1]} MiB"
    if run.problem:
        return False, f"{run.problem}, at {sizes[-1]} MiB"
    return judged(sizes[-1] == WHOLE_MIB, f"{sizes[-1]} MiB at the most")


def keeps(subject: Subject) -> Answer:
    """Does it keep what it compiled, and run from that?"""
    for _ in range(2):
        works, said = START.ask(subject)
        if not works:
            return False, said
    return judged(bool(subject.cached_files), "nothing is in the cache's folder afterwards")


def judged(works: bool, why_not: str) -> Answer:
    """Return an answer that needs words only where something does not work."""
    return works, "" if works else why_not


def numbers(output: str) -> list[int]:
    """Return the numbers that a module printed; none where that is not all it printed."""
    try:
        return [int(word, 16) for word in output.split()]
    except ValueError:
        return []


def printed(output: str) -> str:
    """Return what was printed in the place of an answer."""
    return f"printed: {complaints.short(output)}" if output else "nothing printed"


START = Probe(features.AOT, "a module is compiled and runs", prints("start", "right"))
KEPT = Probe(features.CACHE, "a later run finds what the first one compiled", keeps)
PROBES = (
    Probe(features.SIMD, "results are right", prints("simd", "right")),
    Probe(features.RELAXED, "results are right", prints("relaxed", "right")),
    Probe(features.RELAXED, "multiply-add", prints("madd", FUSED, ROUNDED)),
    Probe(features.STDIN, "a pipe that is written slowly", receives(running.from_pipe, CONTENT)),
    Probe(features.STDIN, "a file", receives(running.from_file, CONTENT)),
    Probe(features.STDIN, "a pipe that is closed at once", receives(running.from_pipe, b"")),
    Probe(features.EXIT, "the module's own is passed on", passes_on),
    Probe(features.EXIT, "a trap is told", tells_a_trap),
    Probe(features.MEMORY, "it grows so far", grows),
)
