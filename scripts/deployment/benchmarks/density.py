"""Density: how much memory each further action takes."""

from concurrent.futures import ThreadPoolExecutor

from scripts.action import policies
from scripts.bench.spawning import RunError
from scripts.deployment import memory, service, settings
from scripts.deployment.answers import OK
from scripts.deployment.bench import Bench, Benchmark, Contender, Value, at
from scripts.deployment.host import Served

# Volleys after which every worker has answered, or something is wrong.
MOST_VOLLEYS = 20
# No host may take more than this share of the memory that the machine can still give.
MOST_OF_MEMORY = 0.5


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Have hosts of more and more workers answer, each worker at least once, and weigh them."""
    rows: list[Value] = []
    weighed: list[tuple[int, float]] = []
    for actions in sorted(bench.settings["actions"]):
        if not fits(weighed, actions, MOST_OF_MEMORY * memory.available()):
            break
        with bench.host(contender, workers=actions) as served:
            have_all_answer(served, bench.cases[0].body(), actions)
            found = memory.together(memory.family([served.pid]))
        weighed.append((actions, found["pss"]))
        rows += [(at(part, actions), "MiB", value) for part, value in found.items()]
    return rows


def fits(weighed: list[tuple[int, float]], actions: int, most: float) -> bool:
    """Tell whether so many actions take no more than `most` MiB, as those before them did."""
    return not weighed or weighed[-1][1] * actions / weighed[-1][0] <= most


def have_all_answer(served: Served, body: bytes, actions: int) -> None:
    """Send volleys until so many workers have each answered.

    A worker that answered has touched pages anew; one that waits touches none.
    """
    before = {pid: memory.minor_faults([pid]) for pid in served.workers()}
    with ThreadPoolExecutor(actions) as threads:
        for _ in range(MOST_VOLLEYS):
            for status, told in threads.map(served.activate, [body] * actions):
                if status != OK:
                    raise RunError(f"the host answered {status}: {told[:200]!r}")
            if sum(memory.minor_faults([pid]) > count for pid, count in before.items()) >= actions:
                return
    raise RunError(f"after {MOST_VOLLEYS} volleys not all of {actions} workers had answered")


BENCHMARK = Benchmark(
    measure=measure,
    title="Density",
    what=(
        "Proportional set size of a host and its workers, and its anonymous, file and shared "
        "parts, with more and more workers that have each answered; what each further one adds is "
        "the slope through all of them (Theil and Sen), 1024 MiB by that are the actions per GiB."
    ),
    settings={
        "rounds": settings.rounds(3),
        "actions": {
            "description": (
                "Numbers of actions; those that would take half of the free memory are left out."
            ),
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": 256},
            "minItems": 2,
            "uniqueItems": True,
            "default": [1, 2, 4, 8, 16, 32, 64],
        },
    },
    figure="The memory of a host and its workers, over the actions that it has.",
    columns={
        "pss_per_action": "each further action",
        "actions_per_gib": "actions per GiB",
        "anonymous_per_action": "of each: anonymous",
        "file_per_action": "of each: files",
        "shared_per_action": "of each: shared memory",
    },
    levelled={"pss": "proportional set size of so many actions"},
    slopes=frozenset(memory.FIELDS),
    policies=frozenset((*policies.WASM, *policies.NATIVE)),
    without=dict.fromkeys(service.POLICIES, service.ONE_PROCESS),
)
