"""ONNX Runtime as it is for the web, in wasm, on ONNX Runtime's graph."""

from scripts.contenders.modes import reference_in_node

RUNNER = reference_in_node("onnxruntime_web", "onnxruntime-web", graph="onnxruntime")
