"""ONNX Runtime, on the same graph."""

from scripts.contenders.modes import reference

RUNNER = reference("onnxruntime", "onnxruntime")
