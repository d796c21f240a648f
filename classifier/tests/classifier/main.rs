//! The classifier, with the tests' own model where the model matters; the examples with the one
//! that is embedded. One program, because linking tract takes longer than all the tests.

#[cfg(feature = "wasm")]
mod action;
mod answer;
mod build_script;
mod classify;
mod examples;
mod fixture;
#[cfg(feature = "graph")]
mod model;
#[cfg(feature = "packed")]
mod packed;
mod preprocess;
mod request;

#[path = "../../build.rs"]
#[allow(dead_code)]
mod script;
