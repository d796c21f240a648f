//! What the build embedded: the model, its labels and the shape of its input.

use crate::source::Source;

/// Bytes at a multiple of 64, so that packed weights can be read where they lie.
#[repr(C, align(64))]
struct Aligned<T>(T);

/// The model this was built with.
pub static EMBEDDED: Source = include!(concat!(env!("OUT_DIR"), "/embedded_source.rs"));
