"""What stands below a figure in Snakemake's own report, from what its benchmark says of itself."""

from scripts.bench import registry

# How a figure is to be read, by how it is drawn: a name of report/drawings.py's drawings.
DRAWN = {
    "bars": "The median of each contender, with its interval.",
    "distribution": (
        "How the single values of all rounds are distributed: the box is the quartiles, the "
        "whiskers are at 5 % and 95 %."
    ),
    "drift": "Samples in the order in which they were taken, so that drift and outliers show.",
    "phases": "Median milliseconds of one fresh process, phase after phase.",
    "size": "Bytes of the files that are delivered: executable, module or compiled artefact.",
}
# The figures of more than one benchmark.
OF_SEVERAL = {
    "answer": (
        "Wasm, native builds and references side by side, with the intervals of the medians. Of "
        "wasm the engine and mode with the smallest ratio to the baseline, picked in each panel "
        "among all that were measured; what was measured in both jobs has a mark for each."
    ),
    "ratios": (
        "Each contender as a multiple of the baseline, with the interval of the ratio; filled: "
        "different, hollow: the same or undecided. An interval within the grey band is called the "
        "same where it includes 1."
    ),
}
# The benchmarks that the answer may show.
SHOWN = {"cold_start", "inference", "warm_loop", "memory"}


def caption(figure: str) -> str:
    """Return a figure's caption; one of a single benchmark is called as that."""
    if figure in OF_SEVERAL:
        return OF_SEVERAL[figure]
    benchmark = registry.benchmark(figure)
    return f"{benchmark.title}. {DRAWN[benchmark.figure]} {benchmark.what}"
