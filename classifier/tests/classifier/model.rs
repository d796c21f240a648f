//! Loading a graph, and what is said of one that cannot be used.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mobilenet_oc::model::{Model, Source};
use serde_json::Value;

use crate::fixture::{TINY, message};

fn refusal(source: Source) -> String {
    message(Model::load(&source))
}

/// The graph with a text replaced by another of the same length.
fn with(old: &[u8], new: &[u8]) -> Source {
    assert_eq!(old.len(), new.len());
    let mut graph = TINY.graph.to_vec();
    let places: Vec<_> = (0..graph.len())
        .filter(|place| graph[*place..].starts_with(old))
        .collect();
    assert!(!places.is_empty());
    for place in places {
        graph[place..place + new.len()].copy_from_slice(new);
    }
    Source {
        graph: graph.leak(),
        ..TINY
    }
}

#[test]
fn tensorflow_gives_the_same_probabilities() {
    let model = Model::load(&TINY).unwrap();
    assert_eq!(model.labels(), ["red", "green", "blue"]);
    let rows: Vec<Value> = serde_json::from_str(include_str!("../data/expected.json")).unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let bytes = STANDARD.decode(row["tensor"].as_str().unwrap()).unwrap();
        let values: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|chunk| f32::from_le_bytes(chunk.try_into().unwrap()))
            .collect();
        let found = model.probabilities(model.input(&values).unwrap()).unwrap();
        let expected = row["probabilities"].as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (f64::from(*found) - expected.as_f64().unwrap()).abs() < 1e-6,
                "{row}"
            );
        }
    }
}

#[test]
fn a_truncated_graph() {
    for length in (0..TINY.graph.len() * 9 / 10).step_by(50) {
        let said = refusal(Source {
            graph: &TINY.graph[..length],
            ..TINY
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
    for graph in [&b"hello"[..], b"\x89PNG\r\n\x1a\n", &[0xff; 100], &[0; 100]] {
        assert!(refusal(Source { graph, ..TINY }).contains("cannot be used"));
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
            ..TINY
        })
        .contains("image")
    );
    assert!(
        refusal(Source {
            output: "Logits",
            ..TINY
        })
        .contains("Logits")
    );
}

#[test]
fn a_size_that_the_graph_does_not_take() {
    for size in [4, 16] {
        assert!(refusal(Source { size, ..TINY }).contains("cannot be used"));
    }
}

#[test]
fn labels_that_are_not_the_graph_s() {
    let said = refusal(Source {
        labels: "red\ngreen\n",
        ..TINY
    });
    assert!(said.contains("3 classes but 2 labels"), "{said}");
}

#[test]
fn weights_that_are_not_finite() {
    let graph = with(&bias(), &f32::NAN.to_le_bytes().repeat(3));
    let model = Model::load(&graph).unwrap();
    let input = model.input(&vec![0.0; graph.values()]).unwrap();
    assert!(message(model.probabilities(input)).contains("not finite"));
}

/// The last weights in the graph: three values of the bias.
fn bias() -> Vec<u8> {
    let name = b"BiasAdd/bias";
    let start = TINY
        .graph
        .windows(name.len())
        .position(|bytes| bytes == name)
        .unwrap();
    // Field 4 of a TensorProto, `tensor_content`, of 12 bytes.
    let content = TINY.graph[start..]
        .windows(2)
        .position(|bytes| bytes == [0x22, 12])
        .unwrap();
    TINY.graph[start + content + 2..][..12].to_vec()
}
