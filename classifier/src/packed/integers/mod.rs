//! The packed layers in integers: weights of 8 bits, activations of 8 or 7, sums of 32.
//!
//! docs/int8.md says what is computed; `scripts/model/integers.py` computes the same in numpy.

mod depthwise;
mod format;
mod kernels;
mod lanes;
mod products;
mod run;
mod targets;

pub use format::{Layer, MAGIC, Packed};
pub use run::{Buffers, run};
