"""Chromium: V8, in a page."""

from scripts.contenders.modes import in_page

RUNNER = in_page()
