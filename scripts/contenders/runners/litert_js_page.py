"""LiteRT as it is for the web, in a page of Chromium, on LiteRT's graph."""

from scripts.contenders.modes import reference_in_page

RUNNER = reference_in_page("litert_js", "litert-js", graph="litert")
