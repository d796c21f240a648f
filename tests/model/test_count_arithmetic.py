"""The multiply-adds of a model, counted from its graph."""

import pytest

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import count_arithmetic, seeded_graph

MODEL = {"name": "net", "input": "input", "output": "MobilenetV2/Predictions/Reshape_1"}


# As published with the weights, in whole millions.
@pytest.mark.parametrize(("width", "size", "millions"), [(0.35, 96, 11), (1.0, 224, 300)])
def test_as_many_as_published(width, size, millions):
    graph = seeded_graph.frozen_graph(width, size, 1001, seed=5)
    found = count_arithmetic.multiply_adds(graph, MODEL | {"size": size})
    assert found // 10**6 == millions


def test_what_the_answer_does_not_need_does_not_count():
    graph = tf.compat.v1.GraphDef.FromString(seeded_graph.frozen_graph(0.35, 96, 21, seed=5))
    alone = count_arithmetic.multiply_adds(graph.SerializeToString(), MODEL | {"size": 96})
    first = next(node for node in graph.node if node.op == "Conv2D")
    graph.node.add().CopyFrom(first)
    graph.node[-1].name = "for_nobody"
    assert count_arithmetic.multiply_adds(graph.SerializeToString(), MODEL | {"size": 96}) == alone


def test_no_graph_is_told_in_one_line():
    with pytest.raises(UserError, match="the graph of net cannot be read"):
        count_arithmetic.multiply_adds(b"no graph", MODEL | {"size": 96})
