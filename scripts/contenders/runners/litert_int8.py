"""LiteRT, on the same graph with weights and activations of 8 bits, quantised by its converter."""

from scripts.contenders.modes import reference

RUNNER = reference("litert_int8", "ai-edge-litert", numbers="litert_int8")
