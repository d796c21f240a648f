//! A module whose model is made ready before it is delivered: an initialiser runs the export
//! `wizer-initialize` and writes the memory as it is then into a new module.
//!
//! What the snapshot need not carry is zeroed, since runs of zeros are left out of it: memory that was
//! freed on the way, and the bytes that the model was loaded from.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::embedded::{EMBEDDED, wipe};
use crate::model::Model;

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// What the linker makes of all constructors; `main`'s entry point calls it, this one must itself.
    fn __wasm_call_ctors();
}

static READY: Mutex<Option<Model>> = Mutex::new(None);
static INITIALISING: AtomicBool = AtomicBool::new(false);

/// The model that was made ready before, once.
pub fn take() -> Option<Model> {
    READY.lock().ok().and_then(|mut ready| ready.take())
}

/// Make the model ready; an initialiser calls it, once.
///
/// # Panics
/// The model cannot be used.
#[unsafe(export_name = "wizer-initialize")]
pub extern "C" fn initialize() {
    #[cfg(target_arch = "wasm32")]
    // SAFETY: constructors only register tract's kernels, and a second call of them changes nothing.
    unsafe {
        __wasm_call_ctors();
    }
    INITIALISING.store(true, Ordering::Relaxed);
    let model = match Model::load(&EMBEDDED) {
        Ok(model) => model,
        Err(error) => panic!("{error}"),
    };
    if !model.reads_in_place() {
        // SAFETY: the model holds copies of all it needs, and `take` keeps it from being loaded again.
        unsafe { wipe() };
    }
    *READY.lock().expect("nobody else is here") = Some(model);
    INITIALISING.store(false, Ordering::Relaxed);
}

/// The system's allocator, but freed memory is zeroed while the model is made ready.
struct Wiping;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe {
            if INITIALISING.load(Ordering::Relaxed) {
                pointer.write_bytes(0, layout.size());
            }
            System.dealloc(pointer, layout);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe {
            if !INITIALISING.load(Ordering::Relaxed) {
                return System.realloc(pointer, layout, size);
            }
            let larger = System.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !larger.is_null() {
                larger.copy_from_nonoverlapping(pointer, layout.size().min(size));
                self.dealloc(pointer, layout);
            }
            larger
        }
    }
}
