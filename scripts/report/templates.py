"""Markdown and HTML from a template."""

from pathlib import Path

import jinja2


def load(path: Path) -> jinja2.Template:
    """Return a template; its lines of statements leave no line, a name that is missing fails."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(path.name)
