//! The bytes of the model that a program embeds (examples/embedded).

use std::cell::UnsafeCell;
use std::sync::{Mutex, PoisonError};

/// Bytes at a multiple of 64, so that packed weights can be read where they lie; in memory that can
/// be written, so that a snapshot need not carry them.
#[repr(C, align(64))]
pub struct Embedded<const N: usize> {
    bytes: UnsafeCell<[u8; N]>,
    /// Whether somebody may hold on to them.
    lent: Mutex<bool>,
}

// SAFETY: the bytes are changed under the lock alone, and not once they were lent.
unsafe impl<const N: usize> Sync for Embedded<N> {}

impl<const N: usize> Embedded<N> {
    /// What a program's static holds.
    pub const fn new(bytes: [u8; N]) -> Self {
        Self {
            bytes: UnsafeCell::new(bytes),
            lent: Mutex::new(false),
        }
    }

    /// The bytes, as they are from now on.
    pub fn lend(&'static self) -> &'static [u8] {
        *self.lent.lock().unwrap_or_else(PoisonError::into_inner) = true;
        // SAFETY: nobody changes them any more.
        unsafe { &*self.bytes.get() }
    }

    /// What `change` returns; none where the bytes were lent before and must stay.
    pub fn change<T>(&self, change: impl FnOnce(&mut [u8]) -> T) -> Option<T> {
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: nobody holds on to them, and the lock keeps everybody else away.
        (!*lent).then(|| change(unsafe { &mut *self.bytes.get() }))
    }
}
