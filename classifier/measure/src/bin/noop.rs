//! Does nothing: what it takes is what the harness takes.

fn main() {}
