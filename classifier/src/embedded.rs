//! What the build embedded: the model, its labels and the shape of its input.

use std::cell::UnsafeCell;

use crate::source::Source;

/// Bytes at a multiple of 64, so that packed weights can be read where they lie; in memory that can
/// be written, so that a snapshot need not carry them.
#[repr(C, align(64))]
struct Aligned<T>(UnsafeCell<T>);

// SAFETY: only `wipe` writes, and its caller promises that nobody reads any more.
unsafe impl<T: Sync> Sync for Aligned<T> {}

include!(concat!(env!("OUT_DIR"), "/embedded_source.rs"));

/// Fill the model's bytes with zeros.
///
/// # Safety
/// Nothing reads them any more.
#[cfg(feature = "snapshot")]
pub unsafe fn wipe() {
    unsafe { BYTES.0.get().write_bytes(0, 1) };
}
