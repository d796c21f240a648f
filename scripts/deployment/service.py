"""`wasmtime serve` as a host: its policies, and what has to be said of it."""

# A new instance for each request, or instances that are kept for more of them.
POLICIES = FRESH, KEPT = ("serve", "serve-kept")
# The metric of a host that tells no parts of its latency: it has no value.
NO_PARTS = "parts"
# Why benchmarks of workers and their memory leave it out.
ONE_PROCESS = (
    "wasmtime serve is one process without workers: an instance has memory while it answers, and "
    "nothing tells which have answered"
)
NO_PROBE = (
    "what is instantiated outside a host is the action, by the library; wasmtime serve has another "
    "module, as a component"
)


def remark(policy: str, metric: str) -> str:
    """Return what has to be said of a metric of a host of a policy; "" where nothing has."""
    if policy not in POLICIES:
        return ""
    if metric == NO_PARTS:
        return "wasmtime serve does not tell where the time goes"
    if metric.startswith("refused"):
        return "wasmtime serve refuses nothing: what is too much waits, see `unanswered`"
    return ""
