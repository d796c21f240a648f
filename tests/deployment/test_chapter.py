"""The chapter follows its table: figures, ratios, what failed, what no sample carries."""

import dataclasses
import json
from xml.etree import ElementTree

import pandas as pd
import pytest

from scripts.deployment import draw, drawings, estimate, registry, write_chapter
from scripts.report import write_html, write_markdown

HOSTS = {
    "wasm@snapshot": ("wasm", "snapshot"),
    "wasm@warm": ("wasm", "warm"),
    "native@process": ("native", "process"),
    "native@loop": ("native", "loop"),
}
# What each has in a round; the further ones of a metric are a little more.
FIGURES = {
    "activation": {
        "p50": ("ms", [12.0, 10.0, 40.0, 10.0]),
        "part_queue": ("ms", [0.02, 0.02, 0.02, 0.02]),
        "part_run": ("ms", [11.0, 9.5, 39.0, 9.5]),
    },
    "rates": {
        "saturation": ("1/s", [70.0, 80.0, 20.0, 80.0]),
        "knee": ("1/s", [75.0, 85.0, 25.0, 85.0]),
        **{f"offered_at_{at}": ("1/s", [70 * at, 80 * at, 20 * at, 80 * at]) for at in (0.5, 2)},
        **{f"done_at_{at}": ("1/s", [70.0, 80.0, 20.0, 80.0]) for at in (0.5, 2)},
        **{f"p50_at_{at}": ("ms", [12.0, 10.0, 40.0, 10.0]) for at in (0.5, 2)},
    },
    "density": {
        f"{part}_at_{at}": ("MiB", [60.0 + 15 * at] * 4)
        for part in ("pss", "at_work")
        for at in (1, 2, 4)
    },
    "overload": {
        "offered": ("1/s", [140.0] * 4),
        "done": ("1/s", [70.0] * 4),
        "refused": ("%", [50.0] * 4),
        "recovery": ("s", [0.3, 0.3, 3.0, 0.3]),
    },
}
MACHINE = {
    "name": "m", "cpu": {"model": "a processor", "cores": 2, "flags": [], "governor": None,
    "virtual": False}, "memory_mib": 1024, "kernel": "6", "system": "Linux", "libc": "c",
    "python": "3", "packages": {}, "git": {"commit": "a", "changed": False}, "damon": False,
    "date": "2026-01-02T03:04:05+00:00",
}  # fmt: skip
MODEL = {"name": "net", "weights": "pretrained", "why": None}


@pytest.fixture
def write(tmp_path, root):
    """A function that writes the chapter's files and returns it as Markdown."""

    def make(rounds=8, skipped=None, model=MODEL, shared=False):
        for name, metrics in FIGURES.items():
            rows = [
                {"model": "net", "weights": "pretrained", "build": build, "policy": policy}
                | {"contender": host, "benchmark": name, "metric": metric, "unit": unit}
                | {
                    "round": number,
                    "position": 0,
                    "value": values[place] + (unit != "s") * number / 1e3,
                }
                for number in range(rounds)
                for place, (host, (build, policy)) in reversed([*enumerate(HOSTS.items())])
                for metric, (unit, values) in metrics.items()
            ]
            pd.DataFrame(rows).to_csv(tmp_path / f"{name}.csv", index=False)
            job = {
                "model": "net", "weights": "pretrained", "benchmark": name,
                "hosts": [
                    {"contender": host, "build": build, "policy": policy, "runtime": "packed"}
                    for host, (build, policy) in HOSTS.items()
                ],
                "settings": {"rounds": rounds}, "workers": 2, "queue": 16, "seconds": 9.0,
                "cores": {"host": [0, 1], "generator": [0, 1], "shared": shared},
                "ceiling": {"requests_per_second": 6400.0, "p50_ms": 0.4}, "busy_start": 0.0,
                "late_ms": 20, "photographs": 1,
                "skipped": skipped or {}, "host": MACHINE, "tools": {},
            }  # fmt: skip
            (tmp_path / f"{name}.json").write_text(json.dumps(job))
        (tmp_path / "model.json").write_text(json.dumps(model))
        estimate.main([
            "--samples", *(str(tmp_path / f"{name}.csv") for name in FIGURES),
            "--confidence=0.99", "--margin=0.05", f"--out={tmp_path / 'deployment.csv'}",
        ])  # fmt: skip
        figure = tmp_path / "models/net/figures/deployment/rates.svg"
        figure.parent.mkdir(parents=True, exist_ok=True)
        drawn(tmp_path, "rates", figure)
        write_chapter.main([
            f"--table={tmp_path / 'deployment.csv'}",
            "--jobs", *(str(tmp_path / f"{name}.json") for name in FIGURES),
            "--models", str(tmp_path / "model.json"), "--figures", str(figure),
            "--confidence=0.99", f"--template={root / 'workflow/report/deployment.md.j2'}",
            f"--out={tmp_path / 'deployment.md'}",
        ])  # fmt: skip
        return (tmp_path / "deployment.md").read_text()

    return make


def drawn(folder, name, path):
    draw.main([
        f"--figure={name}", "--model=net", f"--table={folder / 'deployment.csv'}", f"--out={path}",
    ])  # fmt: skip
    return "".join(ElementTree.fromstring(path.read_text()).itertext())


def section(text, title):
    return text.split(f"### {title}\n")[1].split("\n##")[0]


def line(text, host):
    return next(row for row in text.splitlines() if row.startswith(f"| `{host}` |"))


def test_like_stands_beside_like_with_its_ratio(write, tmp_path):
    text = write()
    table = pd.read_csv(tmp_path / "deployment.csv").set_index(["contender", "metric"])
    assert table.ratio["wasm@snapshot", "p50"] == pytest.approx(0.3, rel=1e-3)
    first = line(text, "wasm@snapshot")
    assert "| 12.0 ms (12.0 ms to 12.0 ms) | 0.30 (0.30 to 0.30) | 75.0 /s" in first
    assert "`wasm@snapshot` to `native@process`: activation, 0.30 (0.30 to 0.30); knee" in text
    assert "`wasm@warm` to `native@loop`: activation, 1.000; knee" in text
    assert "Ratios of `wasm@snapshot` are to `native@process`." in text
    # A baseline is compared with nobody.
    assert line(text, "native@loop").count("| - |") == 2


def test_overload_is_told_with_its_recovery(write):
    text = write()
    assert "`wasm@warm`: of 140 requests a second it answered 70.0 and refused 50.0 %" in text
    assert text.count("latency was usual again 300 ms after it") == 3
    assert "latency was usual again 3.00 s after it" in text
    assert "| 300 ms" in line(section(text, "Overload and recovery"), "wasm@warm")


def test_what_was_not_seen_to_recover_is_not_said_to_have(write, monkeypatch):
    monkeypatch.setitem(FIGURES["overload"], "recovery", ("s", [float("nan"), 0.3, 3.0, 0.3]))
    text = write()
    assert text.count("it is not known when latency was usual again") == 1
    cells = line(section(text, "Overload and recovery"), "wasm@snapshot")
    assert "was reached in 0 of 8 rounds" in cells


def test_hosts_stand_in_the_order_of_the_config(write, tmp_path):
    write()
    table = pd.read_csv(tmp_path / "deployment.csv")
    for _, rows in table.groupby("benchmark"):
        assert list(rows.contender.unique()) == list(HOSTS)


def test_levels_have_a_table_each(write):
    density = section(write(), "Density")
    assert "| host | 1 | 2 | 4 |" in density
    assert "| 75.0 MiB" in density
    assert "| 15.0 MiB" in line(density, "wasm@warm")


def test_what_failed_is_said_first_and_has_no_figures(write):
    text = write(skipped={"wasm@warm": "the host ended: no memory"})
    alarm = text.index("> **Without figures: `wasm@warm`, activation, rates, density, overload: ")
    assert alarm < text.index("| host |")
    assert "the host ended: no memory" in text
    assert set(line(text, "wasm@warm").split("|")[2:-1]) == {" - "}


def test_what_a_benchmark_leaves_out_is_no_failure(write, monkeypatch):
    density = dataclasses.replace(registry.every()["density"], without={"warm": "it has none"})
    monkeypatch.setitem(registry.every(), "density", density)
    text = write(skipped={"wasm@warm": "it has none"})
    assert "> **Without figures: `wasm@warm`, activation, rates, overload: it has none.**" in text
    assert "\n- Without figures: `wasm@warm`, density: it has none.\n" in text


def test_requests_that_wait_are_not_called_refused(write, monkeypatch):
    monkeypatch.setitem(FIGURES["overload"], "unanswered", ("%", [7.0] * 4))
    text = write()
    assert "answered 70.0 and let the others wait, 7.00 % until they were given up" in text
    assert "given up" in section(text, "Overload and recovery")


def test_seeded_weights_and_shared_cores_are_said_first(write):
    seeded = MODEL | {"weights": "seeded", "why": "no network"}
    text = write(model=seeded, shared=True)
    assert "seeded, not trained (no network)" in text.split("| host |")[0]
    assert "share all 2 cores" in text.split("| host |")[0]
    assert "share all" not in write()


def test_too_few_rounds_decide_nothing(write):
    text = write(rounds=2)
    assert "undecided (too few rounds for an interval)" in line(text, "wasm@snapshot")


def test_a_figure_names_every_host_and_is_the_same_each_time(write, tmp_path):
    write()
    for name, benchmark in registry.every().items():
        if not benchmark.figure or name not in FIGURES:
            continue
        text = drawn(tmp_path, name, tmp_path / "a.svg")
        assert all(host in text for host in HOSTS), name
        drawn(tmp_path, name, tmp_path / "b.svg")
        assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_benchmark_that_every_host_failed_is_drawn_as_that(write, tmp_path):
    write(skipped=dict.fromkeys(HOSTS, "failed"))
    assert "no host has figures of rates" in drawn(tmp_path, "rates", tmp_path / "a.svg")


def test_every_benchmark_with_a_figure_can_be_drawn():
    assert set(drawings.DRAWINGS) == {name for name, b in registry.every().items() if b.figure}


def test_the_page_needs_nothing_else(write, tmp_path, root):
    write()
    out = tmp_path / "deployment.html"
    template = root / "workflow/report/report.html.j2"
    write_html.main([str(tmp_path / "deployment.md"), f"--template={template}", f"--out={out}"])
    assert 'src="data:image/svg+xml;base64,' in out.read_text()
    assert 'id="chart"' not in out.read_text()


def test_in_the_report_the_chapter_is_a_section(write):
    text = write_markdown.demoted(write())
    assert text.startswith("## The action under load")
    assert "\n### net\n" in text
    assert "\n#### Density\n" in text
