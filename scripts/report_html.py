"""Rule script: the report as one HTML file that needs nothing else: figures and styles inside."""

import argparse
import base64
import html
import re
from pathlib import Path

import errors
import files
import jinja2
from errors import UserError
from markdown_it import MarkdownIt

HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
IMAGE = re.compile(r'<img src="([^"]+)"')


def anchor(text: str) -> str:
    """Return a heading's name for links."""
    return re.sub(r"[^a-z0-9]+", "-", html.unescape(re.sub(r"<[^>]+>", "", text)).lower()).strip(
        "-"
    )


def with_anchors(body: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the HTML with anchors on its headings, and the second-level ones for the contents."""
    contents = [(anchor(text), text) for level, text in HEADING.findall(body) if level == "2"]
    marked = HEADING.sub(lambda m: f'<h{m[1]} id="{anchor(m[2])}">{m[2]}</h{m[1]}>', body)
    return marked, contents


def with_figures(body: str, folder: Path) -> str:
    """Return the HTML with the figures it names, relative to `folder`, inside it."""

    def inside(match: re.Match) -> str:
        path = folder / match[1]
        if not path.is_file():
            raise UserError(f"the report names a figure that is missing: {path}")
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        return f'<img src="data:image/svg+xml;base64,{data}"'

    return IMAGE.sub(inside, body)


def render(markdown: str, folder: Path, template: Path) -> str:
    """Return a whole HTML page from the report's Markdown."""
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    body = body.replace("<table>", '<div class="wide"><table>').replace(
        "</table>", "</table></div>"
    )
    body, contents = with_anchors(with_figures(body, folder))
    title = html.escape(markdown.splitlines()[0].lstrip("# "))
    page = jinja2.Template(template.read_text(encoding="utf-8"), undefined=jinja2.StrictUndefined)
    return page.render(title=title, contents=contents, body=body)


def main(argv: list[str] | None = None) -> int:
    """Write results/report.html."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="results/report.md")
    parser.add_argument("--template", required=True, type=Path)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    text = args.report.read_text(encoding="utf-8")
    with files.atomic_write(args.out) as stream:
        stream.write(render(text, args.report.parent, args.template))
    return 0


if __name__ == "__main__":
    errors.run(main)
