"""LiteRT, on the same graph."""

from scripts.contenders.modes import reference

RUNNER = reference("litert", "ai-edge-litert")
