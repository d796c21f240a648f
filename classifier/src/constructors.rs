//! What the linker makes of all constructors, through which tract registers its kernels.

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// `main`'s entry point calls it; what is called without that must itself.
    fn __wasm_call_ctors();
}

/// Run the constructors, where nobody has done it: an export of a wasm module that is no entry point.
pub fn run() {
    #[cfg(target_arch = "wasm32")]
    // SAFETY: constructors only register tract's kernels, and a second call of them changes nothing:
    // `inventory` sees to that.
    unsafe {
        __wasm_call_ctors();
    }
}
