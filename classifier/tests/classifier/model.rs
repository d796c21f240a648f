//! Loading a graph, and what is said of one that cannot be used.

use mobilenet_oc::model::Model;
use mobilenet_oc::source::Source;

use crate::fixture::{GRAPH, assert_close, expected, message};

fn refusal(source: Source<'static>) -> String {
    message(Model::load(&source))
}

/// The graph with a text replaced by another of the same length.
fn with(old: &[u8], new: &[u8]) -> Source<'static> {
    assert_eq!(old.len(), new.len());
    let mut graph = GRAPH.bytes.to_vec();
    let places: Vec<_> = (0..graph.len())
        .filter(|place| graph[*place..].starts_with(old))
        .collect();
    assert!(!places.is_empty());
    for place in places {
        graph[place..place + new.len()].copy_from_slice(new);
    }
    Source {
        bytes: graph.leak(),
        ..GRAPH
    }
}

#[test]
fn tensorflow_gives_the_same_probabilities() {
    let mut model = Model::load(&GRAPH).unwrap();
    assert_eq!(model.labels(), ["red", "green", "blue"]);
    for (tensor, probabilities) in expected() {
        assert_close(&model.probabilities(&tensor).unwrap(), &probabilities, 1e-6);
    }
}

#[test]
fn a_truncated_graph() {
    for length in (0..GRAPH.bytes.len() * 9 / 10).step_by(50) {
        let said = refusal(Source {
            bytes: &GRAPH.bytes[..length],
            ..GRAPH
        });
        assert!(
            said.starts_with("the embedded model cannot be used: "),
            "{length}: {said}"
        );
        assert!(
            said.ends_with("build with a whole, frozen graph that tract reads"),
            "{said}"
        );
    }
}

#[test]
fn what_is_no_graph() {
    for bytes in [&b"hello"[..], b"\x89PNG\r\n\x1a\n", &[0xff; 100], &[0; 100]] {
        assert!(refusal(Source { bytes, ..GRAPH }).contains("cannot be used"));
    }
}

#[test]
fn an_operation_that_tract_does_not_know() {
    let said = refusal(with(b"Relu6", b"Relu7"));
    assert!(said.contains("Relu7"), "{said}");
}

#[test]
fn nodes_that_the_graph_does_not_have() {
    assert!(
        refusal(Source {
            input: "image",
            ..GRAPH
        })
        .contains("image")
    );
    assert!(
        refusal(Source {
            output: "Logits",
            ..GRAPH
        })
        .contains("Logits")
    );
}

#[test]
fn a_size_that_the_graph_does_not_take() {
    for size in [4, 16] {
        assert!(refusal(Source { size, ..GRAPH }).contains("cannot be used"));
    }
}

#[test]
fn labels_that_are_not_the_graph_s() {
    let said = refusal(Source {
        labels: "red\ngreen\n",
        ..GRAPH
    });
    assert!(said.contains("3 classes but 2 labels"), "{said}");
}

#[test]
fn weights_that_are_not_finite() {
    let graph = with(&bias(), &f32::NAN.to_le_bytes().repeat(3));
    let mut model = Model::load(&graph).unwrap();
    let answer = model.probabilities(&vec![0.0; graph.values()]);
    assert!(message(answer).contains("not finite"));
}

/// The last weights in the graph: three values of the bias.
fn bias() -> Vec<u8> {
    let name = b"BiasAdd/bias";
    let start = GRAPH
        .bytes
        .windows(name.len())
        .position(|bytes| bytes == name)
        .unwrap();
    // Field 4 of a TensorProto, `tensor_content`, of 12 bytes.
    let content = GRAPH.bytes[start..]
        .windows(2)
        .position(|bytes| bytes == [0x22, 12])
        .unwrap();
    GRAPH.bytes[start + content + 2..][..12].to_vec()
}
