"""Instructions: how many one fresh process executes, and how many one more inference takes."""

from scripts.bench import counting, settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.spawning import RunError
from scripts.contenders.runner import COMPILING

MILLION = 1e6
INFERENCES = {
    "description": "How many more inferences a second process makes: what each of them takes.",
    "type": "integer",
    "minimum": 1,
    "default": 10,
}


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Count a run, and of what compiles nothing one that makes more inferences.

    Compiling takes hundreds of times as much, and makes code that the AOT job counts.
    """
    once = counting.instructions(harness, contender)
    rows = [("instructions", "million", once / MILLION)]
    if COMPILING not in contender["traits"]:
        rows.append(("inference", "million", further(harness, contender, once) / MILLION))
    return rows


def further(harness: Harness, contender: Contender, once: int) -> float:
    """Return what one more inference takes, where a run with one takes `once`."""
    more = harness.settings["inferences"]
    count = counting.instructions(harness, contender, iterations=1 + more)
    made = len(harness.answer("inference_ns"))
    if made != 1 + more:
        raise RunError(f"{made} inferences were answered, {1 + more} were asked for")
    return (count - once) / more


BENCHMARK = Benchmark(
    measure=measure,
    title="Instructions",
    label="instructions",
    what=(
        "Instructions that one fresh process executes outside the kernel, start to end, and of "
        "what compiles nothing those of one more inference. The processor counts them where the "
        "kernel gives its counters, else valgrind, on a processor without AVX-512: what needs that "
        "is left out. Counts repeat where times do not, on a busy machine too, and are no times: "
        "instructions differ in what they take, and one that waits for memory counts as any other."
    ),
    settings=settings.rounds(warmup=0, fewest=8, most=8) | {"inferences": INFERENCES},
    metrics={"instructions": "a cold start", "inference": "one more inference"},
    headline="instructions",
    place=9,
    needs_answer=True,
    tools=(counting.VALGRIND,),
    is_count=True,
)
