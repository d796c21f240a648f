"""Density: how much memory each further action takes, at rest and at work."""

from concurrent.futures import ThreadPoolExecutor

from scripts.action import policies
from scripts.bench.spawning import RunError
from scripts.common import memory
from scripts.deployment import service, settings
from scripts.deployment.bench import Bench, Benchmark, Contender, Value, at
from scripts.deployment.host import Served

# Volleys after which every worker has answered, or something is wrong.
MOST_VOLLEYS = 20
# How many activations a worker has while it is weighed at work, and what that is called.
VOLLEYS, AT_WORK = 3, "at_work"
# No host may take more than this share of the memory that the machine can still give.
MOST_OF_MEMORY = 0.5


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Have hosts of more and more workers answer; weigh them at work and after it.

    What starts anew for every activation is gone after it: at rest only its worker is left.
    """
    rows: list[Value] = []
    weighed: list[tuple[int, float]] = []
    for actions in sorted(bench.settings["actions"]):
        if not fits(weighed, actions, MOST_OF_MEMORY * memory.available()):
            break
        with bench.host(contender, workers=actions) as served:
            body = bench.cases[0].body()
            have_all_answer(served, body, actions)
            found = memory.together(memory.family([served.pid]))
            found[AT_WORK] = most_at_work(served, body, actions)
        weighed.append((actions, max(found["pss"], found[AT_WORK])))
        rows += [(at(part, actions), "MiB", value) for part, value in found.items()]
    return rows


def most_at_work(served: Served, body: bytes, actions: int) -> float:
    """Return the largest proportional set size, MiB, that was seen while so many ran at once."""
    with ThreadPoolExecutor(actions) as threads:
        running = [threads.submit(served.answered, body) for _ in range(VOLLEYS * actions)]
        seen = [0.0]
        while not all(one.done() for one in running):
            seen.append(memory.together(memory.family([served.pid]))["pss"])
        for one in running:
            one.result()
    return max(seen)


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
            list(threads.map(served.answered, [body] * actions))
            if sum(memory.minor_faults([pid]) > count for pid, count in before.items()) >= actions:
                return
    raise RunError(f"after {MOST_VOLLEYS} volleys not all of {actions} workers had answered")


BENCHMARK = Benchmark(
    measure=measure,
    title="Density",
    what=(
        "Proportional set size of a host and its workers with more and more workers that have each "
        "answered: the largest that was seen while all were at work, and at rest after it, with "
        "its anonymous, file and shared parts. How far activations overlap decides what is seen "
        "at work: the more workers share a core, the less of their largest at the same time. At "
        "rest `fresh`, `snapshot` and `process` have nothing but their workers. What each further "
        "action adds is the slope through all of them (Theil and Sen); 1024 MiB by that at "
        "work are the actions per GiB."
    ),
    settings={
        "rounds": settings.rounds(3),
        "actions": settings.levels(
            "Numbers of actions; those that would take half of the free memory are left out.",
            {"type": "integer", "minimum": 1, "maximum": 256},
            [1, 2, 4, 8, 16, 32, 64],
        ),
    },
    figure="The memory of a host and its workers, over the actions at work.",
    columns={
        "at_work_per_action": "each further action at work",
        "actions_per_gib": "actions per GiB",
        "pss_per_action": "each at rest",
        "anonymous_per_action": "of that anonymous",
        "file_per_action": "files",
        "shared_per_action": "shared memory",
    },
    levelled={
        "at_work": "proportional set size of so many actions at work",
        "pss": "the same at rest",
    },
    slopes=frozenset((*memory.FIELDS, AT_WORK)),
    policies=frozenset((*policies.WASM, *policies.NATIVE)),
    without=dict.fromkeys(service.POLICIES, service.ONE_PROCESS),
)
