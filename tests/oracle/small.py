"""The record of a small seeded model, as the oracle's scripts read it."""

SIZE, CLASSES = 96, 21
MODEL = {
    "name": "small",
    "size": SIZE,
    "input_range": [-1, 1],
    "input": "input",
    "output": "MobilenetV2/Predictions/Reshape_1",
}
