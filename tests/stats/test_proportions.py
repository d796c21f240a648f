"""Accuracy: exact intervals, exact tests of pairs, and the table of both."""

import pytest

from scripts.stats import estimate_accuracy, proportions

LEVEL = 0.99
COUNTED = {
    "model": "net",
    "contender": "wasm@wasmtime-aot",
    "build": "wasm",
    "engine": "wasmtime",
    "mode": "aot",
    "preprocessing": "classifier",
    "reason": None,
    "listed": 100,
    "photographs": 100,
    "refused": 0,
    "top1": {"right": 79, "tensorflow": 81, "only_tensorflow": 3, "only_contender": 1},
    "top5": {"right": 90, "tensorflow": 98, "only_tensorflow": 8, "only_contender": 0},
    "agreed": 95,
}


@pytest.mark.parametrize("n", [1, 20, 1000])
def test_intervals_are_exact(n):
    """Of none of n: the bound with which so few are as improbable as one tail."""
    tail = (1 - LEVEL) / 2
    low, high = proportions.interval(0, n, LEVEL)
    assert (low, high) == (0, pytest.approx(1 - tail ** (1 / n)))
    assert proportions.interval(n, n, LEVEL) == (pytest.approx(tail ** (1 / n)), 1)


def test_only_what_one_alone_has_right_counts():
    assert proportions.mcnemar(8, 0) == pytest.approx(2 / 2**8)
    assert proportions.mcnemar(3, 1) == pytest.approx(0.625)
    assert proportions.mcnemar(0, 0) == 1


def table(*counted):
    tops = [{"class": 1, "top": [1, 2]}, {"class": 1, "top": [2, 1]}, {"class": 1, "top": [3]}]
    answers = [{"model": "net", "photographs": tops}, {"model": "other", "photographs": tops}]
    models = [{"name": name, "weights": "pretrained"} for name in ("net", "other")]
    return estimate_accuracy.table(models, answers, list(counted), LEVEL)


def test_a_contender_has_a_row_for_each_metric_beside_tensorflow_s():
    found = table(COUNTED).set_index(["model", "contender", "metric"])
    own = found.loc["net", "TensorFlow"]
    assert list(own["count"]) == [1, 2]
    rows = found.loc["net", "wasm@wasmtime-aot"]
    assert list(rows.index) == ["top1", "top5", "agreement"]
    assert list(rows["share"]) == [0.79, 0.9, 0.95]
    assert (rows.share_low < rows["share"]).all()
    assert (rows["share"] < rows.share_high).all()
    assert list(rows.only_tensorflow[:2]) == [3, 8]
    assert rows.p_value["top5"] == pytest.approx(2 / 2**8)
    assert found.loc["other", "TensorFlow"].weights.eq("pretrained").all()


def test_p_values_are_corrected_for_the_contenders_of_a_model():
    twice = (COUNTED, COUNTED | {"contender": "again"}, COUNTED | {"model": "other"})
    found = table(*twice)
    corrected = found[found.metric == "top5"].set_index(["model", "contender"]).p_holm.dropna()
    assert list(corrected) == pytest.approx([4 / 2**8, 4 / 2**8, 2 / 2**8])


def test_one_without_counts_has_a_row_with_the_reason():
    names = {key: COUNTED[key] for key in ("model", "contender", "build", "engine", "mode")}
    names |= {"preprocessing": "classifier", "reason": "no answer within 5 s"}
    found = table(names, COUNTED)
    (row,) = found[found.reason.notna()].to_dict("records")
    assert row["reason"] == "no answer within 5 s"
    assert row["contender"] == COUNTED["contender"]
