"""The page in a browser: tables sort and filter, the chart is drawn, narrow windows are enough."""

import json
import re
import shutil
import subprocess

import pandas as pd
import pytest

from scripts.report import write_html

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
needs_browser = pytest.mark.skipif(not BROWSER, reason="there is no Chromium on PATH")

REPORT = """# A page

## The figures

### Cold start

| contender: wall time | JIT | JIT to `native` |
|---|---|---|
| `native` | 300 ms (290 ms to 310 ms) | 1 (baseline) |
| `wasm@wasmtime` | 1.80 s (1.79 s to 1.82 s) | 5.99 (5.89 to 6.06) |
| `wasm-simd@wasmer` | 90.5 ms (90.0 ms to 91.0 ms) | 0.30 (0.29 to 0.31) |
| `litert` | - | - |
| `more-1` | 31 s | 9 |
| `more-2` | 32 s | 9 |
| `more-3` | 33 s | 9 |
| `more-4` | 34 s | 9 |

| file | size | of |
|---|---:|---|
| `a` | 2,000.00 MB | `a-build-of-a-very-long-name-that-no-narrow-window-has-room-for-in-one-line` |
| `b` | 12.50 MB | |
| `c` | 900 B | |

| two | rows |
|---|---|
| `a` | 1 |
| `b` | 2 |
"""
ROW = {
    "model": "net", "build": "wasm", "engine": "wasmtime", "mode": "jit", "unit": "s", "n": 9,
    "contender": "wasm@wasmtime-jit", "benchmark": "cold_start", "metric": "wall", "median": 1.8,
    "ci_low": 1.79, "ci_high": 1.82, "minimum": 1.7, "maximum": 1.9, "outliers": 0,
    "baseline": "native", "ratio": 5.99, "ratio_low": 5.89, "ratio_high": 6.06, "margin": 0.05,
    "verdict": "more", "note": "", "job": "jit",
}  # fmt: skip
MORE = ["more-1", "more-2", "more-3", "more-4"]
# What a reader does, and what the reader then sees, a table each.
TOOLS = """
const tables = [...document.querySelectorAll("table")];
const names = (table) => [...table.tBodies[0].rows]
  .filter((row) => row.getClientRects().length).map((row) => row.cells[0].textContent);
const press = (table, column) => table.tHead.rows[0].cells[column].querySelector("button").click();
const sorted = (table, column) => table.tHead.rows[0].cells[column].getAttribute("aria-sort");
const type = (table, words) => {
  const input = table.parentElement.previousElementSibling;
  input.value = words;
  input.dispatchEvent(new Event("input"));
};
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory, root):
    """The page's HTML."""
    template = root / "workflow/report/report.html.j2"
    folder = tmp_path_factory.mktemp("page")
    return write_html.render(REPORT, folder, template, pd.DataFrame([ROW]))


@pytest.fixture
def see(page, tmp_path):
    """A function that opens the page, runs a program in it, and returns what that returns."""

    def run(program, width=1400):
        end = f"<script>{TOOLS}(async () => {{{program}}})().then((seen) => "
        end += "{ document.title = 'seen ' + JSON.stringify(seen); });</script></body>"
        file = tmp_path / "page.html"
        file.write_text(end.join(page.rsplit("</body>", 1)))
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        options += [f"--window-size={width},900"]
        options += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000"]
        done = subprocess.run(
            [BROWSER, *options, "--dump-dom", file.as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
        found = re.search(r"<title>seen (.*?)</title>", done.stdout)
        assert found, done.stderr
        return json.loads(found[1])

    return run


@needs_browser
def test_a_heading_sorts_numbers_by_what_they_measure(see):
    """Milliseconds before seconds, bytes before megabytes, and what has no figure last."""
    seen = see("""
      press(tables[0], 1); const up = [names(tables[0]), sorted(tables[0], 1)];
      press(tables[0], 1); const down = [names(tables[0]), sorted(tables[0], 1)];
      press(tables[0], 0); const words = [names(tables[0]), sorted(tables[0], 1)];
      press(tables[1], 1);
      return [up, down, words, names(tables[1])];
    """)
    fast, middle, slow, none = "wasm-simd@wasmer", "native", "wasm@wasmtime", "litert"
    up, down, words, sizes = seen
    assert up == [[fast, middle, slow, *MORE, none], "ascending"]
    assert down == [[*reversed(MORE), slow, middle, fast, none], "descending"]
    assert words == [[none, *MORE, middle, fast, slow], None]
    assert sizes == ["c", "b", "a"]


@needs_browser
def test_a_filter_leaves_the_rows_that_have_all_its_words(see):
    seen = see("""
      const found = [];
      for (const words of ["wasm", "WASM  simd", "1.80 wasmtime", "nothing", ""]) {
        type(tables[0], words);
        found.push(names(tables[0]));
      }
      return [...found, names(tables[1]).length];
    """)
    both = ["wasm@wasmtime", "wasm-simd@wasmer"]
    everything = ["native", *both, "litert", *MORE]
    assert seen == [both, both[1:], both[:1], [], everything, 3]


@needs_browser
def test_a_small_table_is_not_filtered_and_one_of_two_rows_is_left_alone(see):
    seen = see("""
      const buttons = tables.map((table) => table.querySelectorAll("button").length);
      return [buttons, document.querySelectorAll("input[type=search]").length];
    """)
    assert seen == [[3, 3, 0], 1]


@needs_browser
def test_the_chart_is_drawn_when_it_is_opened(see):
    seen = see("""
      const before = document.querySelectorAll("#chart svg, #chart canvas").length;
      document.getElementById("explore").open = true;
      for (let i = 0; i < 40 && !document.querySelector("#chart svg, #chart canvas"); i++)
        await new Promise((done) => setTimeout(done, 50));
      return [before, document.querySelectorAll("#chart svg, #chart canvas").length];
    """)
    assert seen == [0, 1]


@needs_browser
@pytest.mark.parametrize("width", [1400, 500])
def test_nothing_is_wider_than_the_window(see, width):
    """Wide tables scroll by themselves. Chromium's own windows are 500 pixels wide at least."""
    root = "document.documentElement"
    assert see(f"return {root}.scrollWidth <= {root}.clientWidth;", width)


def luminance(color):
    """The relative luminance of `#rrggbb` or `#rgb`, 0 to 1, as WCAG 2 has it."""
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_is_legible_in_the_light_and_in_the_dark(page):
    """By WCAG 2: 7 for text, 4.5 for links."""
    schemes = re.findall(r":root \{([^}]*)\}", page)
    assert len(schemes) == 2
    for scheme in schemes:
        colors = dict(re.findall(r"--(\w+): (#\w+)", scheme))
        for name, least in (("text", 7), ("link", 4.5)):
            for ground in ("page", "soft"):
                shades = sorted(luminance(colors[key]) + 0.05 for key in (name, ground))
                assert shades[1] / shades[0] >= least, (name, ground, scheme)
