//! What the build embedded: the graph, its labels and the shape of its input.

include!(concat!(env!("OUT_DIR"), "/model_data.rs"));
