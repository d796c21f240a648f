//! What the build embedded: the graph, its labels and the shape of its input.

use crate::model::Source;

/// The model this was built with.
pub static EMBEDDED: Source = include!(concat!(env!("OUT_DIR"), "/embedded_source.rs"));
