//! WebAssembly: products of two add up exactly in 32 bits; the relaxed dot product of four bytes is the
//! same everywhere where levels have 7 bits.

use std::arch::wasm32::*;

use super::{ROUNDER, Sums};
use crate::packed::lanes::wasm::Simd128 as Floats;

/// `SEVEN` where levels have 7 bits, which counts with relaxed SIMD alone.
#[derive(Clone, Copy)]
pub struct Simd128<const SEVEN: bool>(v128);

impl<const SEVEN: bool> Simd128<SEVEN> {
    const RELAXED: bool = SEVEN && cfg!(target_feature = "relaxed-simd");
}

impl<const SEVEN: bool> Sums for Simd128<SEVEN> {
    const ROWS: usize = 4;
    const PRODUCTS: usize = if Self::RELAXED { 4 } else { 2 };
    const PAIRED: bool = Self::RELAXED;
    const SPREAD: usize = Self::WIDTH;
    const ZIPPED: usize = 2;
    type Floats = Floats;
    type Factors = v128;
    /// In pairs: of four bytes a lane the zipping takes longer than the products.
    type Depthwise = Simd128<false>;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { v128_load(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn factors(from: *const u32) -> v128 {
        unsafe { v128_load(from.cast()) }
    }
    #[inline(always)]
    unsafe fn put_four(from: *const u8, to: *mut u32, jump: usize) {
        unsafe {
            let four = if Self::RELAXED {
                v128_load(from.cast())
            } else {
                i16x8_load_extend_u8x8(from)
            };
            let put = |step: usize, levels| v128_store(to.add(step * jump).cast(), levels);
            put(0, i32x4_shuffle::<0, 0, 0, 0>(four, four));
            put(1, i32x4_shuffle::<1, 1, 1, 1>(four, four));
            put(2, i32x4_shuffle::<2, 2, 2, 2>(four, four));
            put(3, i32x4_shuffle::<3, 3, 3, 3>(four, four));
        }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u32) -> v128 {
        unsafe { v128_load(from.cast()) }
    }
    #[inline(always)]
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [v128; 2] {
        let levels = |index| unsafe { i16x8_load_extend_u8x8((*pixels.add(index)).add(channel)) };
        let (a, b) = (levels(0), levels(1));
        [
            i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b),
            i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b),
        ]
    }
    #[inline(always)]
    unsafe fn dot(self, weights: v128, levels: v128) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        if SEVEN {
            return Self(i32x4_relaxed_dot_i8x16_i7x16_add(weights, levels, self.0));
        }
        Self(i32x4_add(self.0, i32x4_dot_i16x8(weights, levels)))
    }
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    unsafe fn dot_two(self, weights: [v128; 2], levels: [v128; 2]) -> Self {
        let sums = i16x8_add(
            i16x8_relaxed_dot_i8x16_i7x16(weights[0], levels[0]),
            i16x8_relaxed_dot_i8x16_i7x16(weights[1], levels[1]),
        );
        Self(i32x4_add(self.0, i32x4_extadd_pairwise_i16x8(sums)))
    }
    #[inline(always)]
    unsafe fn widen_weights(from: *const i8, to: [*mut u32; 2]) {
        unsafe {
            let four = v128_load(from.cast());
            let apart = i16x8_shuffle::<0, 2, 4, 6, 1, 3, 5, 7>(four, four);
            v128_store(to[0].cast(), i16x8_extend_low_i8x16(apart));
            v128_store(to[1].cast(), i16x8_extend_high_i8x16(apart));
        }
    }
    #[inline(always)]
    unsafe fn widen(from: *const u8) -> Self {
        let levels = unsafe { v128_load32_zero(from.cast()) };
        Self(u32x4_extend_low_u16x8(u16x8_extend_low_u8x16(levels)))
    }
    #[inline(always)]
    unsafe fn floats(self) -> Floats {
        Floats(f32x4_convert_i32x4(self.0))
    }
    #[inline(always)]
    unsafe fn store(rounded: Floats, zero: i32, to: *mut u8) {
        let lift = zero.wrapping_sub(ROUNDER.to_bits() as i32);
        let levels = i32x4_add(rounded.0, i32x4_splat(lift));
        // The lowest byte of each; of narrowing the compiler makes clamps, of a shuffle one of two
        // registers.
        let levels = i8x16_swizzle(levels, u32x4(0x0C08_0400, 0, 0, 0));
        unsafe { v128_store32_lane::<0>(levels, to.cast()) }
    }
    /// One shuffle of two registers instead of two of one, which cranelift takes for as much.
    #[inline(always)]
    unsafe fn store_two(rounded: [Floats; 2], zero: i32, to: *mut u8) {
        let lift = i32x4_splat(zero.wrapping_sub(ROUNDER.to_bits() as i32));
        let [low, high] = rounded.map(|values| i32x4_add(values.0, lift));
        let levels =
            i8x16_shuffle::<0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28>(low, high);
        unsafe { v128_store64_lane::<0>(levels, to.cast()) }
    }
}
