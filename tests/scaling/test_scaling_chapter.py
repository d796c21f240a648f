"""The chapter follows its points: lines, which part is the larger, what no line fits, ratios."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from scripts.contenders import records
from scripts.report import write_html
from scripts.scaling import draw, drawings, estimate, figures, write_chapter

WORK = {"net-1": 10, "net-2": 30, "net-3": 60, "net-4": 100, "net-5": 200, "net-6": 400}
SIZES = {"0.01": (100, 100), "0.04": (200, 200), "0.16": (400, 400)}
WASM = "wasm-packed@wasmtime-aot"
RECIPES = [["native-packed", ""], [WASM, "native-packed"], ["litert", ""]]
TWIN = f"native-packed{records.TWIN}"
MACHINE = {
    "name": "m", "cpu": {"model": "a processor", "cores": 2, "flags": [], "governor": None,
    "virtual": False}, "memory_mib": 1024, "kernel": "6", "system": "Linux", "libc": "c",
    "python": "3", "packages": {}, "git": {"commit": "a", "changed": False}, "damon": False,
    "date": "2026-01-02T03:04:05+00:00",
}  # fmt: skip
UNITS = {"wall": "s", "p50": "ms", "peak_rss": "MiB", "decode": "ms", "infer": "ms"}
NOOP = records.noop()["contender"]


def usual(contender, benchmark, metric, work, megapixels):
    """What is measured: start-up and arithmetic, 2 and 0.05 ms natively, 10 and 0.1 ms in wasm."""
    is_wasm = contender == WASM
    if metric == "infer":
        return 3.0
    if contender == NOOP:
        return 1e-3
    if benchmark == "cold_start":
        return (10e-3 + 0.1e-3 * work) if is_wasm else (2e-3 + 0.05e-3 * work)
    if metric == "p50":
        return (0.1 if is_wasm else 0.05) * work + 0.01
    if metric == "peak_rss":
        return (12 if is_wasm else 5) + (0.1 * work if np.isnan(megapixels) else 9 * megapixels)
    growing = (60 if is_wasm else 20) * megapixels
    return growing + (0.02 if metric == "decode" else 15)


def began(benchmark, model, megapixels):
    """When a job began: the larger a model, or a photograph, the earlier."""
    second = 50 - (list(WORK).index(model) if np.isnan(megapixels) else int(100 * megapixels))
    minute = {"cold_start": 4, "inference": 5, "memory": 6}.get(benchmark, 7)
    return f"2026-01-02T03:{minute:02}:{second}+00:00"


@pytest.fixture
def write(tmp_path, root):
    """A function that writes the chapter's files and returns it as Markdown."""

    def job(folder, benchmark, model, value, megapixels, rounds, skipped):
        rng = np.random.default_rng(WORK[model] + len(benchmark))
        metrics = {"cold_start": ["wall"], "inference": ["p50"], "memory": ["peak_rss"]}
        modes = {WASM: "aot", "litert": "reference"}
        modes |= dict.fromkeys((TWIN, NOOP), records.SELF_CHECK)
        chosen = [row for row, _ in RECIPES if row != "litert" or np.isnan(megapixels)]
        chosen += [TWIN, NOOP] if benchmark == "cold_start" else [TWIN]
        rows = [
            {"model": model, "weights": "seeded", "build": name.split("@")[0], "engine": "none"}
            | {"mode": modes.get(name, "native"), "contender": name, "metric": metric}
            | {"benchmark": benchmark, "unit": UNITS[metric], "round": number, "warmup": 0}
            | {
                "value": value(name, benchmark, metric, WORK[model], megapixels)
                * rng.normal(1, 4e-3)
            }
            for number in range(rounds)
            for name in reversed(chosen)
            for metric in metrics.get(benchmark, ["wall", "decode", "infer"])
        ]
        table = pd.DataFrame(rows)
        table["value"] *= rng.normal(1, 4e-3, len(table))
        # phases are told in milliseconds
        table.loc[(table.benchmark == "phases"), "unit"] = "ms"
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / f"{benchmark}.csv", index=False)
        lost = [
            {"contender": name, "build": name, "engine": "none", "mode": "aot", "model": model}
            | {"weights": "seeded", "benchmark": benchmark, "reason": why}
            for name, why in skipped.items()
            if name in chosen
        ]
        record = {"model": model, "mode": "aot", "benchmark": benchmark, "skipped": lost}
        record |= {
            "rounds": rounds,
            "seconds": 2.0,
            "stopped_because": "the budget of 2 s ended" if benchmark == "memory" else "enough",
            "host": MACHINE | {"date": began(benchmark, model, megapixels)},
            "tools": {"wasmtime": {"version": "1.2"}},
        }
        (folder / f"{benchmark}.json").write_text(json.dumps(record | {"busy_start": 0.0}))
        return folder / f"{benchmark}.csv"

    def make(value=usual, models=WORK, sizes=SIZES, rounds=8, skipped=None, with_figures=()):
        skipped = skipped or {}
        samples, photographed, jpegs, records, counts = [], [], [], [], []
        for model in models:
            folder = tmp_path / model
            samples += [
                job(folder, name, model, value, float("nan"), rounds, skipped)
                for name in ("cold_start", "inference", "memory")
            ]
            record = {"name": model, "weights": "seeded", "why": "no network"}
            records.append(folder / "model.json")
            records[-1].write_text(json.dumps(record | {"bytes": 2 * WORK[model] * 10**6}))
            counts.append(folder / "arithmetic.json")
            counts[-1].write_text(json.dumps({"multiply_adds": WORK[model] * 10**6}))
        for size, shape in sizes.items():
            jpegs.append(tmp_path / f"{size}.jpg")
            Image.new("RGB", shape).save(jpegs[-1])
            place = tmp_path / "photographs" / size
            photographed += [
                job(place, name, next(iter(models)), value, float(size), rounds, skipped)
                for name in ("phases", "memory")
            ]
        shared = ["--models", *records, "--arithmetic", *counts, "--margin=0.05"]
        shared += ["--confidence=0.99"]
        tables = [tmp_path / f"scaling{name}.csv" for name in ("", "-lines", "-twins")]
        estimate.main([
            *map(str, ["--samples", *samples, "--of-photographs", *photographed]),
            *map(str, ["--photographs", *jpegs, *shared]), "--recipes", json.dumps(RECIPES),
            "--baseline=native-packed",
            f"--out={tables[0]}", f"--lines={tables[1]}", f"--twins={tables[2]}",
        ])  # fmt: skip
        drawn = [tmp_path / f"figures/scaling/{name}.svg" for name in with_figures]
        for path in drawn:
            drawing(tmp_path, path.stem, path)
        beside = [path.with_suffix(".json") for path in samples]
        of_photographs = [path.with_suffix(".json") for path in photographed]
        write_chapter.main([
            f"--points={tables[0]}", f"--lines={tables[1]}", f"--twins={tables[2]}",
            *map(str, ["--jobs", *beside, "--of-photographs", *of_photographs, *shared]),
            *map(str, ["--figures", *drawn]),
            f"--template={root / 'workflow/report/scaling.md.j2'}",
            f"--out={tmp_path / 'scaling.md'}",
        ])  # fmt: skip
        return (tmp_path / "scaling.md").read_text()

    return make


def drawing(folder, name, path):
    draw.main([
        f"--figure={name}", f"--points={folder / 'scaling.csv'}", "--margin=0.05",
        f"--lines={folder / 'scaling-lines.csv'}", f"--out={path}",
    ])  # fmt: skip
    return "".join(ElementTree.fromstring(path.read_text()).itertext())


def said(text, title, contender, ratios=False):
    """Return the sentences on a contender in a section."""
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    begin = f"- `{contender}` to" if ratios else f"- `{contender}`:"
    return next(line for line in section.splitlines() if line.startswith(begin))


COLD = "Cold start over multiply-adds"


def test_the_line_is_found_and_told_with_intervals(write, tmp_path):
    text = write()
    lines = pd.read_csv(tmp_path / "scaling-lines.csv").set_index(
        ["contender", "benchmark", "over"]
    )
    cold = lines.loc[(WASM, "cold_start", "multiply_adds")]
    assert cold.intercept == pytest.approx(10e-3, rel=0.02)
    assert cold.slope == pytest.approx(0.1e-3, rel=0.02)
    assert cold.crossover_low < 100 < cold.crossover_high
    line = said(text, COLD, WASM)
    assert "`: 9.97 ms (9." in line
    # In the unit that all three can be read in, named once.
    assert ", and 0.100 ms (0.09" in line
    assert ") for each million multiply-adds. All 6" in line


def share(text, contender):
    return next(line for line in text.splitlines() if f"Of a cold start of `{contender}`" in line)


def test_how_much_of_a_cold_start_is_arithmetic_follows_from_the_warm_inference(write):
    text = write()
    # 0.1 ms of 11 at 10 million, natively 0.05 ms of 2.5; 10 and 2 ms of start-up.
    wasm, native = share(text, WASM), share(text, "native-packed")
    assert wasm.startswith(f"- Of a cold start of `{WASM}` a warm inference takes 9.")
    assert "more than half at net-5, net-6; less than half at net-1, net-2, net-3; und" in wasm
    assert "more than half at net-3, net-4, net-5, net-6; less than half at net-1" in native

    # What else grows with a model is no arithmetic, whatever the line says.
    def by_bytes(contender, benchmark, metric, work, megapixels):
        grown = 1e-3 * work if benchmark == "cold_start" else 0
        return usual(contender, benchmark, metric, work, megapixels) + grown

    told = "less than half at net-1, net-2, net-3, net-4, net-5, net-6."
    assert told in share(write(by_bytes), WASM)
    few = write(rounds=3)
    assert "Of a cold start of" not in few


def test_which_part_is_the_larger_follows_from_the_crossover(write):
    # 15 ms by 20 natively, by 60 in wasm: 0.75 and 0.25 megapixels, the photographs are smaller.
    title = "A fresh process over the photograph's pixels"
    native = said(write(), title, "native-packed")
    everywhere = "what no pixel takes is more at 0.01 megapixels, 0.04 megapixels, 0.16 megapixels."
    assert everywhere in native

    def large(contender, benchmark, metric, work, megapixels):
        return usual(contender, benchmark, metric, work, 10 * megapixels)

    line = said(write(large), title, "native-packed")
    assert "what no pixel takes is more at 0.01 megapixels, 0.04 megapixels; " in line
    assert "what the photograph takes at 0.16 megapixels." in line

    def no_start(contender, benchmark, metric, work, megapixels):
        fixed = 15 if benchmark == "phases" and metric == "wall" else 0
        return usual(contender, benchmark, metric, work, megapixels) - fixed

    line = said(write(no_start), title, "native-packed")
    assert "Where what no pixel takes is more than what the photograph takes is not known." in line


def test_a_start_up_that_is_not_shown_is_not_claimed(write):
    def none(contender, benchmark, metric, work, megapixels):
        if benchmark == "cold_start":
            return 1e-4 * work * (1.1 if work in (10, 100) else 1.0)
        return usual(contender, benchmark, metric, work, megapixels)

    line = said(write(none), COLD, WASM)
    assert "the line does not show that it takes anything besides" in line


def test_what_no_line_fits_is_said_with_the_farthest_place(write):
    assert "All 6 places lie within 5 % of the line." in said(write(), COLD, WASM)

    def bent(contender, benchmark, metric, work, megapixels):
        found = usual(contender, benchmark, metric, work, megapixels)
        return found * (1.4 if benchmark == "cold_start" and work == 60 else 1)

    line = said(write(bent), COLD, WASM)
    assert re.search(r"Of 6 places 1 lies within 5 % of the line, \d (does|do) not[,;]", line)
    assert "the farthest, net-3, " in line
    assert "% above" in line


def test_ratios_are_paired_and_their_change_is_claimed_by_intervals_alone(write, tmp_path):
    text = write()
    points = pd.read_csv(tmp_path / "scaling.csv")
    rows = points[(points.contender == WASM) & (points.benchmark == "cold_start")]
    assert rows.set_index("model").ratio["net-1"] == pytest.approx(11 / 2.5, rel=0.02)
    line = said(text, COLD, WASM, ratios=True)
    assert "to `native-packed`, cold start: 4." in line
    assert line.endswith("smaller at the latter.")
    assert points[points.contender == "litert"].ratio.isna().all()

    def same(contender, benchmark, metric, work, megapixels):
        return usual("native-packed", benchmark, metric, work, megapixels)

    assert said(write(same), COLD, WASM, ratios=True).endswith("their intervals overlap.")
    few = said(write(rounds=3), COLD, WASM, ratios=True)
    assert few.endswith("too few rounds to tell them apart.")


def equals(text):
    """The self-check's rows, by what they are of."""
    states = tuple(f" {state} |" for state in ("passed", "failed", "undecided"))
    rows = [line.split(" | ") for line in text.splitlines() if line.endswith(states)]
    return {row[0].removeprefix("| "): row for row in rows}


def test_the_native_build_is_compared_with_itself_over_all_models_and_photographs(write, tmp_path):
    text = write()
    rows = equals(text)
    # All that lines are laid through.
    assert set(rows) == {
        *("cold_start (wall) of models", "inference (p50) of models"),
        *("memory (peak_rss) of models", "memory (peak_rss) of photographs"),
        *("phases (wall) of photographs", "phases (decode) of photographs"),
    }
    # Eight rounds of six models or three photographs; at 99 % for six tests it takes eleven.
    assert {row[1] for row in rows.values()} == {"48, 11", "24, 11"}
    assert all(row[-1] == "passed |" for row in rows.values())
    assert "self-check failed" not in text
    assert set(pd.read_csv(tmp_path / "scaling-twins.csv").baseline) == {"native-packed"}

    def slower(contender, benchmark, metric, work, megapixels):
        found = usual(contender, benchmark, metric, work, megapixels)
        return found * (1.1 if (contender, benchmark) == (TWIN, "cold_start") else 1)

    text = write(slower)
    states = {name: row[-1] for name, row in equals(text).items()}
    assert [name for name, state in states.items() if state != "passed |"] == [
        "cold_start (wall) of models"
    ]
    assert "> **The self-check failed: `native-packed` against itself differs in cold_start" in text
    states = {name: row[-2] for name, row in equals(text).items()}
    assert states.pop("cold_start (wall) of models") == "6 of 6"
    assert set(states.values()) == {"0 of 6", "0 of 3"}
    nothing = write(skipped={TWIN: "exit code 1"})
    assert not equals(nothing)
    assert "there is no self-check" in nothing


def test_what_differs_in_a_few_models_alone_is_not_lost(write):
    """Half as much again in a third of the models: that of all rounds is wide, and includes 1."""

    def heavier(contender, benchmark, metric, work, megapixels):
        found = usual(contender, benchmark, metric, work, megapixels)
        is_it = contender == TWIN and metric == "peak_rss" and work in (200, 400)
        return found * (1.5 if is_it and np.isnan(megapixels) else 1)

    text = write(heavier)
    assert equals(text)["memory (peak_rss) of models"][-2:] == ["2 of 6", "undecided |"]
    doubt = (
        "`native-packed` against itself differs in memory (peak_rss) of models, in net-5; net-6."
    )
    assert f"> **The self-check is in doubt: {doubt}**" in text
    assert "in doubt" not in write()


def machine(text):
    """What is said first of the machine's speed in single jobs."""
    return [line for line in text.splitlines() if line.startswith("> **The machine was ")]


def test_a_job_in_which_the_machine_was_slower_is_told(write, tmp_path):
    assert machine(write()) == []
    points = pd.read_csv(tmp_path / "scaling.csv")
    assert len(points[points.contender == NOOP]) == len(WORK)

    def busy(contender, benchmark, metric, work, megapixels):
        is_it = work == 400 if np.isnan(megapixels) else megapixels == 0.04
        slow = 1.3 if is_it and benchmark in ("cold_start", "phases") else 1
        return slow * usual(contender, benchmark, metric, work, megapixels)

    of_model, of_photograph = machine(write(busy))
    assert "slower in cold_start of net-6: a process that does nothing took 1.3" in of_model
    assert (
        "1.30 times the median of these 6 jobs; its points may lie higher for that.**" in of_model
    )
    assert "slower in phases of 0.04 megapixels: the inference of one and" in of_photograph
    assert "times the median of these 3 jobs" in of_photograph
    # It has no figures of its own beside those of contenders.
    assert f"| `{NOOP}`" not in (tmp_path / "scaling.md").read_text()

    def idle(contender, benchmark, metric, work, megapixels):
        fast = 0.8 if work == 10 and benchmark == "cold_start" else 1
        return fast * usual(contender, benchmark, metric, work, megapixels)

    (line,) = machine(write(idle))
    assert "faster in cold_start of net-1" in line
    assert "points may lie lower" in line
    assert machine(write(busy, models=["net-1", "net-6"], sizes={})) == []


def test_when_jobs_began_is_told_with_their_size(write):
    # Of each benchmark by itself: all jobs of one may run before those of another.
    of_models = "-1.00 for cold_start, -1.00 for inference, -1.00 for memory"
    of_photographs = ", -1.00 for phases of photographs, -1.00 for memory of photographs. The"
    assert f"is {of_models}{of_photographs}" in write()
    assert f"is {of_models}. The" in write(sizes={})
    assert "rank correlation" not in write(models=["net-1"], sizes={})


def test_a_ratio_beyond_both_ends_is_told(write):
    def humped(contender, benchmark, metric, work, megapixels):
        found = usual("native-packed", benchmark, metric, work, megapixels)
        return found * (2 if contender == WASM and work == 100 else 1)

    line = said(write(humped), COLD, WASM, ratios=True)
    assert "their intervals overlap; larger than both in between, 2.0" in line
    assert line.endswith("at net-4.")
    assert "in between" not in said(write(), COLD, WASM, ratios=True)


def test_a_figure_is_marked_unless_all_places_lie_on_its_line(write):
    def cells(text):
        return next(line for line in text.splitlines() if line.startswith(f"| `{WASM}` |"))

    assert "†" not in cells(write())
    assert "\\*" not in cells(write())
    assert cells(write(rounds=3)).count(" † |") == 5

    def bent(contender, benchmark, metric, work, megapixels):
        found = usual(contender, benchmark, metric, work, megapixels)
        return found * (1.4 if benchmark == "memory" and work == 60 else 1)

    assert cells(write(bent)).count(" \\* |") == 2


def drawn_at(panel):
    """Where the points of a panel's only contender are drawn."""
    (points,) = panel.containers
    return list(points.lines[0].get_xdata())


def test_ratios_are_drawn_over_what_their_lines_are_laid_over(write, tmp_path):
    write()
    points, lines = (pd.read_csv(tmp_path / f"scaling{name}.csv") for name in ("", "-lines"))
    *timed, memory = drawings.draw("ratios-models", points, lines, 0.05).axes
    for panel in timed:
        assert panel.get_xlabel() == "million multiply-adds"
        assert drawn_at(panel) == list(WORK.values())
    assert len(timed) == 2
    assert memory.get_xlabel() == "MB of the graph"
    assert drawn_at(memory) == [2 * work for work in WORK.values()]
    pixels = [width * height / 1e6 for width, height in SIZES.values()]
    for panel in drawings.draw("ratios-photographs", points, lines, 0.05).axes:
        assert panel.get_xlabel() == "megapixels"
        assert drawn_at(panel) == pixels


def test_why_jobs_stopped_is_told(write):
    text = write()
    assert "| memory | 6 | 8 | 12 | 6: the budget of 2 s ended |" in text
    assert "| cold_start | 6 | 8 | 12 | 6: enough |" in text


def test_what_it_was_measured_with_is_told(write):
    assert write().splitlines()[-1].endswith("; commit a, wasmtime 1.2.")


def test_photographs_have_lines_of_their_own(write, tmp_path):
    text = write()
    line = said(text, "Decoding and resizing over the photograph's pixels", "native-packed")
    assert "for each megapixel" in line
    lines = pd.read_csv(tmp_path / "scaling-lines.csv")
    over = lines[(lines.over == "pixels") & (lines.metric == "decode")]
    assert over.slope.tolist() == pytest.approx([20, 60], rel=0.05)
    # Models' memory is of the photograph that all others have too.
    memory = lines[(lines.metric == "peak_rss") & (lines.contender == WASM)].set_index("over")
    assert memory.n.to_dict() == {"model_bytes": 6, "pixels": 3}
    assert memory.slope["model_bytes"] == pytest.approx(0.05, rel=0.05)
    assert "photograph's pixels" not in write(sizes={})


def test_two_places_have_no_line_to_tell_and_one_has_none(write):
    models = ["net-1", "net-6"]
    text = write(models=models)
    assert said(text, COLD, WASM).endswith("no line is told: its interval takes three places.")
    assert f"| `{WASM}` | - | - | - | - | - |" in text
    assert "no line: it takes two places" in said(write(models=["net-1"]), COLD, WASM)


def test_too_few_rounds_leave_it_undecided_whether_a_line_fits(write):
    line = said(write(rounds=3), COLD, WASM)
    assert "0 of 6 places lie within 5 % of the line; of all it is undecided" in line


def test_what_failed_and_seeded_weights_are_said_first(write):
    text = write(skipped={WASM: "failed the oracle: no label"})
    first = text.split("\n## ")[0]
    assert f"> **Without figures: `{WASM}`, cold_start of net-1, " in first
    assert "failed the oracle: no label" in first
    assert first.count("seeded, not trained (no network)") == 1
    assert f"- `{WASM}`" not in text


def test_figures_name_every_contender_and_are_the_same_each_time(write, tmp_path):
    text = write(with_figures=figures.names(with_photographs=True))
    for name in figures.names(with_photographs=True):
        assert f"](figures/scaling/{name}.svg)" in text, name
        words = drawing(tmp_path, name, tmp_path / "a.svg")
        assert WASM in words, name
        assert ("litert" in words) == name.endswith(("multiply_adds", "model_bytes")), name
        drawing(tmp_path, name, tmp_path / "b.svg")
        assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
        assert f"figures/scaling/{name}.svg" in (tmp_path / "scaling.md").read_text(), name


@pytest.mark.parametrize("is_there", [True, False])
def test_python_is_told_of_where_it_starts(write, monkeypatch, is_there):
    """References' lines begin with their interpreter, and nothing is said where there is none."""
    if not is_there:
        monkeypatch.setattr("test_scaling_chapter.RECIPES", RECIPES[:2])
    text = write()
    assert ("Those of references start\nPython" in text) == is_there
    assert (": of their lines compare what is added.\n\n" in text) == is_there


def test_the_page_needs_nothing_else(write, tmp_path, root):
    write(with_figures=["ratios-models"])
    out = tmp_path / "scaling.html"
    template = root / "workflow/report/report.html.j2"
    write_html.main([str(tmp_path / "scaling.md"), f"--template={template}", f"--out={out}"])
    assert out.read_text().count('src="data:image/svg+xml;base64,') == 1
