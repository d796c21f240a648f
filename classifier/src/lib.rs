//! MobileNet V2 image classifier with the model embedded.
//!
//! A request is one JSON object ([`request::Request`]), an answer another ([`answer::Answer`]).
//! [`classify::classify`] leads from one to the other; the examples connect it to stdin and stdout,
//! and to the OpenWhisk action's memory.

#[cfg(not(any(feature = "graph", feature = "packed")))]
compile_error!("choose a form of the model: the feature `graph` or `packed`");

#[cfg(feature = "wasm")]
pub mod action;
pub mod answer;
pub mod classify;
#[cfg(any(feature = "http", feature = "snapshot", feature = "wasm"))]
pub mod constructors;
pub mod embedded;
pub mod error;
#[cfg(feature = "graph")]
mod graph;
#[cfg(feature = "http")]
pub mod http;
pub mod model;
#[cfg(feature = "packed")]
pub mod packed;
pub mod phases;
pub mod preprocess;
pub mod request;
#[cfg(feature = "snapshot")]
pub mod snapshot;
pub mod source;
pub mod stdio;
pub mod usage;
