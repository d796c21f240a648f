"""The page: the report's content in one file, with its figures inside."""

import re

import pandas as pd
import pytest

from scripts.common.errors import UserError
from scripts.report import write_html

REPORT = """# A & B

1. **Cold start.** fast

## The figures

### Cold start

| contender: wall time | AOT | AOT to `native` |
|---|---|---|
| `wasm@wasmtime` | 400 ms | 2.00 |

![Ratios](figures/aot/ratios.svg)

## What `x` does

### Cold start
"""


ROW = {
    "model": "net", "build": "wasm", "engine": "wasmtime", "mode": "aot", "unit": "s", "n": 9,
    "contender": "wasm@wasmtime-aot", "benchmark": "cold_start", "metric": "wall", "median": 0.4,
    "ci_low": 0.39, "ci_high": 0.41, "minimum": 0.39, "maximum": 0.41, "outliers": 0,
    "baseline": "native", "ratio": 2.0, "ratio_low": 1.9, "ratio_high": 2.1, "margin": 0.05,
    "verdict": "more", "note": "",
}  # fmt: skip


@pytest.fixture
def page(tmp_path, root):
    figure = tmp_path / "figures/aot/ratios.svg"
    figure.parent.mkdir(parents=True)
    figure.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "report.md").write_text(REPORT)
    template = root / "workflow/report/report.html.j2"
    pd.DataFrame([ROW]).to_csv(tmp_path / "aot.csv", index=False)
    arguments = [str(tmp_path / "report.md"), "--template", str(template), "--model", "net"]
    arguments += ["--estimates", str(tmp_path / "aot.csv")]
    assert write_html.main([*arguments, "--out", str(tmp_path / "report.html")]) == 0
    return (tmp_path / "report.html").read_text()


def test_nothing_is_loaded_from_elsewhere(page):
    assert re.findall(r"<img src=\"([a-z]+:[^,;]+)", page) == ["data:image/svg+xml"]
    elements = re.sub(r"(<script[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
    assert not re.search(r"(src|href)=\"(?!data:|#)", elements)
    assert "<script" in elements


def test_cells_and_chart_tell_mode_rounds_and_interval(page):
    told = re.findall(r'<td title="([^"]+)"', page)[0]
    for words in ("mode aot", "rounds: 9", "interval: 390 ms to 410 ms"):
        assert words in told
        assert words in page.split('id="spec"')[1]


def test_the_contents_lead_to_the_headings(page):
    links = re.findall(r"<a href=\"#([^\"]+)\"", page)
    assert links == ["the-figures", "what-x-does"]
    assert ">What <code>x</code> does</a>" in page
    for name in [*links, "cold-start"]:
        assert page.count(f'id="{name}"') == 1


def test_headings_of_the_same_name_have_anchors_of_their_own(page):
    anchors = re.findall(r"<h[23] id=\"([^\"]+)\"", page)
    assert anchors == ["the-figures", "cold-start", "what-x-does", "cold-start-1"]


def test_tables_and_title_survive(page):
    assert "<title>A &amp; B</title>" in page
    assert page.split("<script")[0].count("<table>") == 1
    assert "<code>x</code>" in page


def test_a_missing_figure_is_named(tmp_path, root):
    template = root / "workflow/report/report.html.j2"
    with pytest.raises(UserError, match="ratios.svg"):
        write_html.render(REPORT, tmp_path, template, pd.DataFrame([ROW]).assign(job="aot"))
