"""The report's Markdown as the body of a page: anchors, tooltips, figures inside."""

import base64
import itertools
import re
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from scripts.common.errors import UserError

IMAGE = re.compile(r'<img src="([^"]+)"')
# By (heading, first cell of the line, first word of the column's name).
Tooltips = Mapping[tuple[str, str, str], str]


def body(markdown: str, folder: Path, tooltips: Tooltips) -> tuple[str, list[tuple[str, str]]]:
    """Return the report as HTML, and the names and texts of its second-level headings."""
    # Anchors as GitHub names them, each once, so that a link leads to its heading in both forms.
    parser = MarkdownIt("commonmark").enable("table").use(anchors_plugin, min_level=2, max_level=3)
    tokens = parser.parse(markdown)
    contents = [
        (heading.attrs["id"], parser.renderer.render([text], parser.options, {}))
        for heading, text in itertools.pairwise(tokens)
        if heading.type == "heading_open" and heading.tag == "h2"
    ]
    add_tooltips(tokens, tooltips)
    found = parser.renderer.render(tokens, parser.options, {})
    # What is wider than the window is moved by itself, not with the page.
    found = found.replace("<p><img", '<p class="wide"><img')
    found = found.replace("<table>", '<div class="wide"><table>')
    return with_figures(found.replace("</table>", "</table></div>"), folder), contents


def add_tooltips(tokens: list[Token], tooltips: Tooltips) -> None:
    """Give the cells of tables a title each, where there is one for them."""
    heading, columns, cells = "", [], []
    for token, text in itertools.pairwise(tokens):
        if token.type == "heading_open":
            heading = text.content
        elif token.type == "thead_open":
            columns = []
        elif token.type == "th_open":
            columns.append(text.content.partition(" ")[0])
        elif token.type == "tr_open":
            cells = []
        elif token.type == "td_open":
            cells.append(text.content.strip("`"))
            told = tooltips.get((heading, cells[0], columns[len(cells) - 1]))
            if told:
                token.attrSet("title", told)


def with_figures(html: str, folder: Path) -> str:
    """Return the HTML with the figures it names, relative to `folder`, inside it."""

    def inside(match: re.Match) -> str:
        path = folder / match[1]
        if not path.is_file():
            raise UserError(f"the report names a figure that is missing: {path}")
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        return f'<img src="data:image/svg+xml;base64,{data}"'

    return IMAGE.sub(inside, html)
