//! A module whose model is made ready before it is delivered: an initialiser runs the export
//! `wizer-initialize` (examples/embedded) and writes the memory as it is then into a new module.
//!
//! What the snapshot need not carry is zeroed, since runs of zeros are left out of it: memory that was
//! freed on the way, and the bytes that the model was loaded from.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::constructors;
use crate::embedded::Embedded;
#[cfg(feature = "graph")]
use crate::error::Error;
use crate::error::Result;
use crate::model::Model;
#[cfg(all(feature = "graph", feature = "packed"))]
use crate::packed;
use crate::source::Source;

static READY: Mutex<Option<Model>> = Mutex::new(None);
static INITIALISING: AtomicBool = AtomicBool::new(false);

/// The model that was made ready before, once.
pub fn take() -> Option<Model> {
    READY.lock().ok().and_then(|mut ready| ready.take())
}

/// Make the embedded model ready; `about` is what there is to say of it.
///
/// # Panics
/// The model cannot be used, or a graph's bytes are in use already.
pub fn prepare<const N: usize>(embedded: &'static Embedded<N>, about: Source<'static>) {
    constructors::run();
    INITIALISING.store(true, Ordering::Relaxed);
    match load(embedded, about) {
        Ok(model) => *READY.lock().expect("nobody else is here") = Some(model),
        Err(error) => panic!("{error}"),
    }
    INITIALISING.store(false, Ordering::Relaxed);
}

/// The model; the bytes of a graph, which are not read again, are zeros then.
fn load<const N: usize>(embedded: &'static Embedded<N>, about: Source<'static>) -> Result<Model> {
    #[cfg(feature = "graph")]
    if !is_packed(embedded) {
        let done = embedded.change(|bytes| {
            let model = Model::graph(&Source { bytes, ..about });
            bytes.fill(0);
            model
        });
        return done.unwrap_or_else(|| Err(Error::new("the embedded model is in use already")));
    }
    Model::load(&Source {
        bytes: embedded.lend(),
        ..about
    })
}

#[cfg(feature = "graph")]
fn is_packed<const N: usize>(embedded: &'static Embedded<N>) -> bool {
    #[cfg(feature = "packed")]
    return embedded.change(|bytes| packed::is_packed(bytes)) == Some(true);
    #[cfg(not(feature = "packed"))]
    false
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
