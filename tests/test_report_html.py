"""The page: the report's content in one file, with its figures inside."""

import re

import pytest
import report_html
from errors import UserError

REPORT = """# A & B

1. **Cold start.** fast

## The figures

### Cold start, JIT

| a | b |
|---|---:|
| `x` | 1 |

![Ratios](figures/aot/ratios.svg)

## Method
"""


@pytest.fixture
def page(tmp_path, root):
    figure = tmp_path / "figures/aot/ratios.svg"
    figure.parent.mkdir(parents=True)
    figure.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "report.md").write_text(REPORT)
    template = root / "workflow/report/report.html.j2"
    arguments = [str(tmp_path / "report.md"), "--template", str(template)]
    assert report_html.main([*arguments, "--out", str(tmp_path / "report.html")]) == 0
    return (tmp_path / "report.html").read_text()


def test_nothing_is_loaded_from_elsewhere(page):
    assert re.findall(r"<img src=\"([a-z]+:[^,;]+)", page) == ["data:image/svg+xml"]
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    assert "<script" not in page


def test_the_contents_lead_to_the_headings(page):
    links = re.findall(r"<a href=\"#([^\"]+)\"", page)
    assert links == ["the-figures", "method"]
    for name in [*links, "cold-start-jit"]:
        assert f'id="{name}"' in page


def test_tables_and_title_survive(page):
    assert "<title>A &amp; B</title>" in page
    assert page.count("<table>") == 1
    assert "<code>x</code>" in page


def test_a_missing_figure_is_named(tmp_path, root):
    template = root / "workflow/report/report.html.j2"
    with pytest.raises(UserError, match="ratios.svg"):
        report_html.render(REPORT, tmp_path, template)
