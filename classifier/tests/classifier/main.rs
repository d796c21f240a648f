//! The classifier, with the tests' own model where the model matters; the examples with the one
//! that is embedded. One program, because linking tract takes longer than all the tests.

#[cfg(feature = "wasm")]
mod action;
mod answer;
#[cfg(not(target_family = "wasm"))]
mod build_script;
mod classify;
mod embedded;
#[cfg(not(target_family = "wasm"))]
mod examples;
mod fixture;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "graph")]
mod model;
#[cfg(feature = "packed")]
mod packed;
#[cfg(feature = "packed")]
mod plan;
mod preprocess;
mod request;
#[cfg(all(feature = "snapshot", not(target_family = "wasm")))]
mod snapshot;

#[cfg(not(target_family = "wasm"))]
#[path = "../../build.rs"]
#[allow(dead_code)]
mod script;

#[cfg(not(target_family = "wasm"))]
#[path = "../../examples/embedded/mod.rs"]
mod program;
