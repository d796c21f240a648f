"""TensorFlow, on the same graph."""

from scripts.contenders.modes import reference

RUNNER = reference("tensorflow", "tensorflow-cpu")
