"""LiteRT, on the same graph with weights and activations of 8 bits, quantised by its converter."""

from scripts.contenders.modes import reference
from scripts.model.numbers import LITERT

RUNNER = reference(LITERT, "ai-edge-litert", numbers=LITERT)
