//! The vectors of each target, behind one trait, so that the kernels are written once.

#[cfg(target_arch = "aarch64")]
pub mod neon;
pub mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod wasm;
#[cfg(target_arch = "x86_64")]
pub mod x86;

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
    /// Whether inputs are spread over registers beforehand: where a load into all lanes is a load and
    /// a shuffle, which takes one of the arithmetic units that a product waits for.
    const SPREAD: bool;

    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn splat(value: f32) -> Self;
    /// One float from memory in every lane.
    unsafe fn load_splat(from: *const f32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn mul(self, factor: Self) -> Self;
    /// `self * factor + sum`, rounded once or twice.
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self;
    /// `low` in the lanes where it is larger; a NaN of `self` stays, so that damage shows.
    unsafe fn at_least(self, low: Self) -> Self;
    /// `high` in the lanes where it is smaller; a NaN of `self` stays.
    unsafe fn at_most(self, high: Self) -> Self;
}

/// Lanes of a register type, from the target's functions on it.
macro_rules! lanes {
    (
        $(#[$doc:meta])*
        $name:ident: $width:literal floats, $rows:tt rows, spread: $spread:expr, in $inner:ty;
        $load:expr, $store:expr, $splat:expr, $load_splat:expr,
        $add:expr, $mul:expr, $mul_add:expr, $at_least:expr, $at_most:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name(pub(in crate::packed) $inner);

        // Some targets' functions are safe, others' are not.
        #[allow(unused_unsafe)]
        impl super::Lanes for $name {
            const WIDTH: usize = $width;
            const ROWS: usize = $rows;
            const SPREAD: bool = $spread;

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
            unsafe fn mul(self, factor: Self) -> Self {
                Self(unsafe { $mul(self.0, factor.0) })
            }
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
                Self(unsafe { $mul_add(self.0, factor.0, sum.0) })
            }
            #[inline(always)]
            unsafe fn at_least(self, low: Self) -> Self {
                Self(unsafe { $at_least(self.0, low.0) })
            }
            #[inline(always)]
            unsafe fn at_most(self, high: Self) -> Self {
                Self(unsafe { $at_most(self.0, high.0) })
            }
        }
    };
}
use lanes;
