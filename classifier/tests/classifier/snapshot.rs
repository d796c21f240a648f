//! A model made ready beforehand. The one that is ready belongs to the process, so each test has one.

use std::env;
use std::process::Command;

use mobilenet_oc::embedded::Embedded;
use mobilenet_oc::model::Model;
use mobilenet_oc::snapshot::{prepare, take};
use mobilenet_oc::source::Source;

use crate::fixture::{GRAPH, assert_close, expected};

/// The source without its bytes.
const ABOUT: Source<'static> = Source {
    bytes: &[],
    ..GRAPH
};

/// Run an ignored test of this file in a process of its own.
fn alone(name: &str) {
    let mut command = Command::new(env::current_exe().unwrap());
    let name = format!("{}::{name}", module_path!().split_once("::").unwrap().1);
    command.args(["--exact", &name, "--ignored", "--nocapture"]);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn assert_right(mut model: Model) {
    for (tensor, probabilities) in expected() {
        assert_close(&model.probabilities(&tensor).unwrap(), &probabilities, 1e-6);
    }
}

#[test]
#[cfg(feature = "graph")]
fn a_graph_is_ready_and_its_bytes_are_gone() {
    alone("a_graph");
}

#[test]
#[ignore = "started alone"]
#[cfg(feature = "graph")]
fn a_graph() {
    static BYTES: Embedded<{ include_bytes!("../data/tiny.pb").len() }> =
        Embedded::new(*include_bytes!("../data/tiny.pb"));
    prepare(&BYTES, ABOUT);
    assert_right(take().unwrap());
    assert!(BYTES.lend().iter().all(|byte| *byte == 0));
    assert!(take().is_none());
}

#[test]
#[cfg(feature = "graph")]
fn a_graph_that_is_in_use_is_left_alone() {
    alone("a_graph_in_use");
}

#[test]
#[ignore = "started alone"]
#[cfg(feature = "graph")]
fn a_graph_in_use() {
    static BYTES: Embedded<{ include_bytes!("../data/tiny.pb").len() }> =
        Embedded::new(*include_bytes!("../data/tiny.pb"));
    let bytes = BYTES.lend();
    assert!(std::panic::catch_unwind(|| prepare(&BYTES, ABOUT)).is_err());
    assert_eq!(bytes, GRAPH.bytes);
}

#[test]
#[cfg(feature = "packed")]
fn a_packed_model_is_read_in_place() {
    alone("a_packed_model");
}

#[test]
#[ignore = "started alone"]
#[cfg(feature = "packed")]
fn a_packed_model() {
    static BYTES: Embedded<{ include_bytes!("../data/tiny-16.bin").len() }> =
        Embedded::new(*include_bytes!("../data/tiny-16.bin"));
    prepare(&BYTES, ABOUT);
    assert_right(take().unwrap());
    assert_eq!(BYTES.lend(), include_bytes!("../data/tiny-16.bin"));
}
