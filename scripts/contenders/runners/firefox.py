"""Firefox: SpiderMonkey, in a page."""

from scripts.contenders.modes import in_page

RUNNER = in_page()
