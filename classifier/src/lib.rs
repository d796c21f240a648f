//! MobileNet V2 image classifier with the model embedded.
//!
//! A request is one JSON object ([`request::Request`]), an answer another ([`answer::Answer`]).
//! [`classify::classify`] leads from one to the other; the examples connect it to stdin and stdout,
//! and to the OpenWhisk action's memory.

#[cfg(feature = "wasm")]
pub mod action;
pub mod answer;
pub mod classify;
pub mod embedded;
pub mod error;
pub mod model;
pub mod phases;
pub mod preprocess;
pub mod request;
pub mod stdio;
