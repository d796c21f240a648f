"""ONNX Runtime as it is for the web, in a page of Chromium, on ONNX Runtime's graph."""

from scripts.contenders.modes import reference_in_page

RUNNER = reference_in_page("onnxruntime_web", "onnxruntime-web", graph="onnxruntime")
