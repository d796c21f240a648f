"""Stage scaling: how time and memory grow with a model's work and with a photograph's pixels."""
