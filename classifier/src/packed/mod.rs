//! The model as fused layers with packed weights, run in place by kernels of our own.
//!
//! `scripts/model/pack.py` writes the file when the model is built: batch norm folded, bias, addition
//! and activation fused into the convolutions, weights in the order in which the kernels read them.
//! Nothing is parsed, optimised or copied at run time, natively or in an engine.

mod format;
mod isa;
mod kernels;
mod lanes;
mod plan;
mod run;

pub use format::{Layer, MAGIC, PANEL, Packed, Step, padded};
pub use isa::Isa;
pub use run::{Buffers, run};
