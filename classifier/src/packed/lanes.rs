//! The vectors of each target, behind one trait, so that the kernels are written once.

/// Some f32 side by side in a register.
///
/// # Safety
/// The functions may be called only where the processor has what the type needs; `load` and `store`
/// only with `WIDTH` floats behind the pointer.
pub trait Lanes: Copy {
    /// Floats in a register.
    const WIDTH: usize;
    /// Pixels that a tile of two registers each takes without spilling.
    const ROWS: usize;
    /// Whether inputs are spread over registers beforehand. Engines turn a load into all lanes into
    /// a load, a move and a shuffle, and the arithmetic units are what a product waits for.
    const SPREAD: bool = false;

    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn splat(value: f32) -> Self;
    /// One float from memory in every lane.
    unsafe fn load_splat(from: *const f32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    /// `self * factor + sum`, rounded once or twice.
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self;
    unsafe fn max(self, other: Self) -> Self;
    unsafe fn min(self, other: Self) -> Self;
}

macro_rules! lanes {
    ($name:ident, $width:literal, $rows:literal, $inner:ty, $load:expr, $store:expr, $splat:expr, $load_splat:expr, $add:expr, $mul_add:expr, $max:expr, $min:expr) => {
        #[derive(Clone, Copy)]
        pub struct $name($inner);

        // Some targets' functions are safe, others' are not.
        #[allow(unused_unsafe)]
        impl Lanes for $name {
            const WIDTH: usize = $width;
            const ROWS: usize = $rows;
            const SPREAD: bool = cfg!(target_arch = "wasm32");

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                Self(unsafe { $load(from) })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                unsafe { $store(to, self.0) }
            }
            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                Self(unsafe { $splat(value) })
            }
            #[inline(always)]
            unsafe fn load_splat(from: *const f32) -> Self {
                Self(unsafe { $load_splat(from) })
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                Self(unsafe { $add(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
                Self(unsafe { $mul_add(self.0, factor.0, sum.0) })
            }
            #[inline(always)]
            unsafe fn max(self, other: Self) -> Self {
                Self(unsafe { $max(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn min(self, other: Self) -> Self {
                Self(unsafe { $min(self.0, other.0) })
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub mod x86 {
    use super::Lanes;
    use std::arch::x86_64::*;

    lanes!(
        Avx512,
        16,
        14,
        __m512,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        (|from: *const f32| _mm512_set1_ps(*from)),
        _mm512_add_ps,
        _mm512_fmadd_ps,
        _mm512_max_ps,
        _mm512_min_ps
    );
    lanes!(
        Avx2,
        8,
        6,
        __m256,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        (|from: *const f32| _mm256_set1_ps(*from)),
        _mm256_add_ps,
        _mm256_fmadd_ps,
        _mm256_max_ps,
        _mm256_min_ps
    );
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod wasm {
    use super::Lanes;
    use std::arch::wasm32::*;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> v128 {
        unsafe { v128_load(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: v128) {
        unsafe { v128_store(to.cast(), value) }
    }

    #[inline(always)]
    unsafe fn load_splat(from: *const f32) -> v128 {
        unsafe { v128_load32_splat(from.cast()) }
    }

    #[cfg(target_feature = "relaxed-simd")]
    use f32x4_relaxed_madd as mul_add;

    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    fn mul_add(a: v128, b: v128, c: v128) -> v128 {
        f32x4_add(f32x4_mul(a, b), c)
    }

    // pmax and pmin are one instruction where max and min, which order NaN and zeros, are several.
    lanes!(
        Simd128,
        4,
        4,
        v128,
        load,
        store,
        f32x4_splat,
        load_splat,
        f32x4_add,
        mul_add,
        f32x4_pmax,
        f32x4_pmin
    );
}

/// Four floats that the compiler turns into what the target has.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable {
    use super::Lanes;

    type Four = [f32; 4];

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Four {
        unsafe { from.cast::<Four>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Four) {
        unsafe { to.cast::<Four>().write_unaligned(value) }
    }

    #[inline(always)]
    fn each(a: Four, b: Four, with: impl Fn(f32, f32) -> f32) -> Four {
        [
            with(a[0], b[0]),
            with(a[1], b[1]),
            with(a[2], b[2]),
            with(a[3], b[3]),
        ]
    }

    #[inline(always)]
    fn add(a: Four, b: Four) -> Four {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn mul_add(a: Four, b: Four, c: Four) -> Four {
        add(each(a, b, |a, b| a * b), c)
    }

    lanes!(
        Portable,
        4,
        6,
        Four,
        load,
        store,
        (|value| [value; 4]),
        (|from: *const f32| [*from; 4]),
        add,
        mul_add,
        (|a, b| each(a, b, f32::max)),
        (|a, b| each(a, b, f32::min))
    );
}

/// What every processor of the target has.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use portable::Portable as Baseline;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::Simd128 as Baseline;
