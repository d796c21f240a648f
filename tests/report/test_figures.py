"""The figures: each is a whole SVG that names every contender, the same for the same tables."""

import itertools
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from scripts.common.errors import UserError
from scripts.report import answer_drawing, canvas, chart, draw, drawings, inputs
from scripts.stats import estimate

BUILDS = ("wasm", "wasm-simd", "wasm-packed")
CONTENDERS = [
    f"{build}@{engine}-{mode}"
    for build in BUILDS
    for engine in ("wasmtime", "wasmer")
    for mode in ("jit", "jit-cached")
]
METRICS = [
    ("cold_start", "wall", "s", 0.3),
    ("memory", "peak_rss", "MiB", 90.0),
    ("inference", "p50", "ms", 20.0),
    ("inference", "inference", "ms", 20.0),
    ("size", "wasm_optimised", "B", 2.5e7),
    ("phases", "wall", "ms", 70.0),
    *(("phases", phase, "ms", 10.0) for phase in inputs.PHASES),
]
UNITS = {
    "ratios": "ratio to native",
    "phases": "milliseconds",
    "inference": "milliseconds",
    "memory": "MiB",
    "size": "MB",
    "cold_start": "milliseconds",
}
FIGURES = list(UNITS)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Paths of estimates and samples of twelve contenders and the baseline, nine rounds."""
    rng = np.random.default_rng(1)
    rows = [
        {"model": "net", "weights": "seeded", "build": name.split("@")[0], "engine": "wasmtime"}
        | {"mode": "jit" if "@" in name else "native", "contender": name, "benchmark": benchmark}
        | {"metric": metric, "unit": unit, "round": number, "warmup": int(number == 0)}
        | {"value": value * (1 + index) * rng.normal(1, 0.02)}
        for number in range(10)
        for index, name in enumerate(["native", *CONTENDERS])
        for benchmark, metric, unit, value in METRICS
        if benchmark != "size" or number == 1
    ]
    folder = tmp_path_factory.mktemp("tables")
    samples = pd.DataFrame(rows)
    samples.to_csv(folder / "samples.csv", index=False)
    counted = samples[samples.warmup == 0]
    estimate.table(counted, "native", 0.99, 0.05).to_csv(folder / "jit.csv", index=False)
    return folder


def drawn(folder, name, out):
    arguments = ["--figure", name, "--model", "net", "--estimates", str(folder / "jit.csv")]
    arguments += ["--samples", str(folder / "samples.csv"), "--out", str(out)]
    assert draw.main(arguments) == 0
    return out.read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_names_its_contenders_and_its_unit(tables, tmp_path, name):
    text = "".join(ElementTree.fromstring(drawn(tables, name, tmp_path / "a.svg")).itertext())
    assert UNITS[name] in text
    for contender in (
        [f"{build}, wasm optimised" for build in BUILDS] if name == "size" else CONTENDERS
    ):
        assert contender in text


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_tables_give_the_same_bytes(tables, tmp_path, name):
    assert drawn(tables, name, tmp_path / "a.svg") == drawn(tables, name, tmp_path / "b.svg")


def test_the_order_follows_the_figures(tables, tmp_path):
    text = drawn(tables, "memory", tmp_path / "a.svg").decode()
    assert text.index(CONTENDERS[0]) < text.index(CONTENDERS[-1])


def test_a_job_without_samples_does_not_spoil_the_others(tables, tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    for name in ("jit.csv", "samples.csv"):
        (folder / name).write_bytes((tables / name).read_bytes())
    header = pd.read_csv(tables / "samples.csv").iloc[:0]
    header.to_csv(folder / "none.csv", index=False)
    for name in ("inference", "cold_start"):
        arguments = [
            "--figure",
            name,
            "--model",
            "net",
            "--estimates",
            str(folder / "jit.csv"),
            "--samples",
        ]
        arguments += [str(folder / "none.csv"), str(folder / "samples.csv")]
        assert draw.main([*arguments, "--out", str(tmp_path / "a.svg")]) == 0
        assert (tmp_path / "a.svg").read_bytes() == drawn(tables, name, tmp_path / "b.svg")


def test_empty_tables_are_refused(tables, tmp_path):
    table = pd.read_csv(tables / "jit.csv")
    table.assign(n=0).to_csv(tmp_path / "jit.csv", index=False)
    (tmp_path / "samples.csv").write_bytes((tables / "samples.csv").read_bytes())
    with pytest.raises(UserError, match="no figures to draw"):
        drawn(tmp_path, "memory", tmp_path / "a.svg")
    assert not (tmp_path / "a.svg").exists()


def test_what_failed_on_the_way_is_not_drawn(tables, tmp_path):
    """It has samples and no estimate."""
    table = pd.read_csv(tables / "jit.csv")
    failed = CONTENDERS[1]
    gone = (table.contender == failed) & (table.benchmark == "inference")
    table[~gone].to_csv(tmp_path / "jit.csv", index=False)
    (tmp_path / "samples.csv").write_bytes((tables / "samples.csv").read_bytes())
    assert failed not in drawn(tmp_path, "inference", tmp_path / "a.svg").decode()
    assert failed in drawn(tmp_path, "cold_start", tmp_path / "a.svg").decode()


def test_too_few_rounds_are_drawn_without_an_interval(tables, tmp_path):
    table = pd.read_csv(tables / "jit.csv")
    bounds = ["ci_low", "ci_high", "ratio_low", "ratio_high"]
    table.assign(**dict.fromkeys(bounds, np.nan)).to_csv(tmp_path / "jit.csv", index=False)
    (tmp_path / "samples.csv").write_bytes((tables / "samples.csv").read_bytes())
    for name in ("memory", "ratios", "size"):
        assert b"nan" not in drawn(tmp_path, name, tmp_path / "a.svg").lower()


@pytest.mark.parametrize("name", FIGURES)
def test_the_baseline_alone_can_be_drawn(tables, tmp_path, name):
    for file in ("jit.csv", "samples.csv"):
        table = pd.read_csv(tables / file)
        table[table.contender == "native"].to_csv(tmp_path / file, index=False)
    assert drawn(tmp_path, name, tmp_path / "a.svg")


@pytest.mark.parametrize("name", ["memory", "ratios"])
def test_an_interval_that_is_missing_is_not_drawn_as_one_without_width(tables, name):
    table = inputs.read_table(tables / "jit.csv")
    lengths = {}
    for few in (False, True):
        bounds = dict.fromkeys(["ci_low", "ci_high", "ratio_low", "ratio_high"], np.nan)
        figure = drawings.drawing(name)(table.assign(**bounds) if few else table, None, name)
        lines = [
            line for c in figure.axes[0].collections for line in getattr(c, "get_segments", list)()
        ]
        lengths[few] = [end[0] - start[0] for start, end in (line for line in lines if len(line))]
    assert min(lengths[False]) > 0
    assert not lengths[True] or np.isnan(lengths[True]).all()


def row(contender, benchmark, job, median, ratio, unit="ms", **more):
    """An estimate of a headline, one percent of it either side."""
    build, _, engine = contender.partition("@")
    mode = engine.partition("-")[2] or ("reference" if build == "litert" else "native")
    found = {"contender": contender, "build": build, "engine": engine.partition("-")[0] or "none"}
    found |= {"mode": mode, "benchmark": benchmark, "metric": inputs.HEADLINES[benchmark]}
    found |= {"job": job, "unit": unit, "median": median, "ratio": ratio, "n": 9}
    return found | {"ci_low": 0.99 * median, "ci_high": 1.01 * median} | more


EVERYTHING = [
    row("native", "cold_start", "jit", 0.2, np.nan, "s"),
    row("native", "cold_start", "aot", 0.21, np.nan, "s"),
    row("wasm@wasmtime-jit", "cold_start", "jit", 3.0, 15.0, "s"),
    row("wasm@wasmtime-jit-cached", "cold_start", "jit", 0.1, 0.5, "s"),
    row("wasm@wasmer-aot", "cold_start", "aot", 0.8, 4.0, "s"),
    row("native", "inference", "jit", 20.0, np.nan),
    row("litert", "inference", "jit", 13.0, 0.65),
    row("wasm@wasmtime-jit", "inference", "jit", 80.0, 4.0),
    row("native", "memory", "aot", 100.0, np.nan, "MiB"),
]


def words(figure):
    """What stands beside the marks of each panel."""
    return [[text.get_text() for text in axes.texts] for axes in figure.axes]


def test_the_answer_shows_the_best_wasm_and_what_ran_in_both_jobs_twice():
    """Nothing is averaged, and the later start from a cache, though fastest, is not the best."""
    figure = answer_drawing.draw(pd.DataFrame(EVERYTHING))
    cold, warm, memory = words(figure)
    assert cold == ["800 wasmer-aot", "200 jit, 210 aot"]
    assert warm == ["80.0 wasmtime-jit", "20.0 jit", "13.0 jit"]
    assert memory == ["100 aot"]
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "cold start, ms",
        "warm inference, ms",
        "peak memory, MiB",
    ]
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == [
        "wasm, smallest ratio",
        "wasm",
        "native",
        "native",
        "references",
        "litert",
    ]


@pytest.mark.parametrize(
    ("gone", "panels", "shown"),
    [
        (("job", "jit"), 2, {"wasm", "native"}),
        (("benchmark", "inference"), 2, {"wasm", "native"}),
        (("mode", "reference"), 3, {"wasm", "native"}),
        (("mode", "native"), 2, {"wasm", "litert"}),
    ],
)
def test_the_answer_is_drawn_of_what_there_is(gone, panels, shown):
    table = pd.DataFrame(EVERYTHING)
    figure = answer_drawing.draw(table[table[gone[0]] != gone[1]])
    assert len(figure.axes) == panels
    names = {text.get_text() for text in figure.axes[0].get_yticklabels()}
    assert names & {"wasm", "native", "litert"} - {"native"} == shown - {"native"}


def test_the_answer_marks_no_interval_that_is_missing():
    bounds = {"ci_low": np.nan, "ci_high": np.nan}
    figure = answer_drawing.draw(pd.DataFrame(EVERYTHING).assign(**bounds))
    ends = [line for c in figure.axes[0].collections for line in c.get_segments() if len(line)]
    assert not ends or np.isnan([line[0][0] for line in ends]).all()


def test_there_is_no_answer_to_draw_of_other_benchmarks():
    with pytest.raises(UserError, match="none of cold start"):
        answer_drawing.draw(pd.DataFrame([row("native", "throughput", "jit", 4.0, np.nan, "1/s")]))


def test_the_answer_of_both_modes_is_one_file_and_the_same_each_time(tables, tmp_path):
    aot = tmp_path / "aot.csv"
    aot.write_bytes((tables / "jit.csv").read_bytes())
    arguments = ["--figure", "answer", "--model", "net", "--estimates"]
    arguments += [str(tables / "jit.csv"), str(aot), "--out"]
    for name in ("a.svg", "b.svg"):
        assert draw.main([*arguments, str(tmp_path / name)]) == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    text = "".join(ElementTree.fromstring((tmp_path / "a.svg").read_bytes()).itertext())
    assert "measured in the JIT job" in text
    assert "measured in the AOT job" in text


def test_the_best_stands_on_top_where_more_is_better(tables):
    rows = [
        row("native", "throughput", "jit", 4.0, np.nan, "1/s"),
        row("wasm@wasmtime-jit", "throughput", "jit", 8.0, 2.0, "1/s", verdict="more"),
        row("wasm@wasmer-jit", "throughput", "jit", 2.0, 0.5, "1/s", verdict="less"),
    ]
    table = pd.DataFrame(rows).assign(baseline="native", margin=0.05)
    table = table.assign(ratio_low=0.9 * table.ratio, ratio_high=1.1 * table.ratio)
    best = ["wasm@wasmtime-jit", "native", "wasm@wasmer-jit"]
    for name, order in (("throughput", best), ("ratios", [best[0], best[2]])):
        axes = drawings.drawing(name)(table, None, name).axes[0]
        named = [text.get_text().removeprefix("runs a second: ") for text in axes.get_yticklabels()]
        assert named == order
        assert axes.yaxis_inverted()
    found = chart.rows(table.assign(minimum=1.0, maximum=9.0, outliers=0))
    assert list(found.sort_values("place").contender) == [best[0], best[2]]


def test_the_chart_offers_the_benchmarks_in_the_order_of_the_report(tables):
    table = inputs.read_table(tables / "jit.csv").assign(job="jit")
    (shown, *_) = chart.chart(chart.rows(table.iloc[::-1]), "native").to_dict()["params"]
    assert shown["bind"]["options"] == ["Cold start", "Warm inference", "Memory"]
    assert shown["value"] == "Cold start"


def test_no_two_bars_of_files_have_one_name(tables):
    """A module that two engines run is one file; compiled, each engine has its own."""
    table = inputs.read_table(tables / "jit.csv")
    module = table[table.metric == "wasm_optimised"].iloc[[1]]
    both = pd.concat([module, module.assign(engine="wasmer", contender="wasm@wasmer-aot")])
    compiled = both.assign(metric="aot", median=[5e7, 6e7])
    axes = drawings.drawing("size")(pd.concat([table, both, compiled]), None, "size").axes[0]
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert len(names) == len(set(names))
    assert {"wasm, compiled ahead of time with wasmer", "wasm, wasm optimised"} <= set(names)


def lightness(color):
    """The lightness of a colour, 0 (black) to 100 (white), CIE 1976 L*."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


def test_what_is_stacked_is_told_apart_without_colours():
    assert len(set(canvas.STACKED)) == len(inputs.PHASES)
    for one, next_ in itertools.pairwise(canvas.STACKED):
        assert abs(lightness(one) - lightness(next_)) > 12, (one, next_)


def test_the_groups_of_the_answer_have_three_colours():
    """Of one lightness nearly: what they are is also said beside them."""
    assert len(set(answer_drawing.COLORS.values())) == len(answer_drawing.HEADINGS)
    for color in answer_drawing.COLORS.values():
        assert lightness(color) < 65
