//! Processors for which no kernels are written.

use crate::Kernel;

pub const CHAIN: u64 = 1;

/// None.
pub fn kernels() -> Vec<Kernel> {
    Vec::new()
}

/// Take a cycle a turn, more or less.
pub fn chain(turns: u64) {
    for turn in 0..turns {
        std::hint::black_box(turn);
    }
}
