//! WebAssembly: products of two add up exactly in 32 bits, after both sides were widened; the relaxed
//! dot product of four bytes is the same everywhere where levels have 7 bits.

use std::arch::wasm32::*;

use super::{ROUNDER, Sums};
use crate::packed::lanes::wasm::Simd128 as Floats;

/// `SEVEN` where levels have 7 bits, which counts with relaxed SIMD alone.
#[derive(Clone, Copy)]
pub struct Simd128<const SEVEN: bool>(v128);

impl<const SEVEN: bool> Simd128<SEVEN> {
    const RELAXED: bool = SEVEN && cfg!(target_feature = "relaxed-simd");

    #[inline(always)]
    fn widened(levels: v128) -> [v128; 2] {
        if Self::RELAXED {
            return [levels; 2];
        }
        [v128_and(levels, i16x8_splat(0xFF)), u16x8_shr(levels, 8)]
    }
}

impl<const SEVEN: bool> Sums for Simd128<SEVEN> {
    const ROWS: usize = 4;
    type Floats = Floats;
    type Weights = [v128; 2];
    type Levels = [v128; 2];

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { v128_load(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn weights(from: *const i8) -> Self::Weights {
        let weights = unsafe { v128_load(from.cast()) };
        if Self::RELAXED {
            return [weights; 2];
        }
        [i16x8_shr(i16x8_shl(weights, 8), 8), i16x8_shr(weights, 8)]
    }
    #[inline(always)]
    unsafe fn splat(from: *const u8) -> Self::Levels {
        Self::widened(unsafe { v128_load32_splat(from.cast()) })
    }
    #[inline(always)]
    unsafe fn zip(from: [*const u8; 4]) -> Self::Levels {
        let [a, b, c, d] = from.map(|place| unsafe { v128_load32_zero(place.cast()) });
        let ab = i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 0, 0, 0, 0, 0, 0, 0, 0>(a, b);
        let cd = i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 0, 0, 0, 0, 0, 0, 0, 0>(c, d);
        Self::widened(i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(ab, cd))
    }
    #[inline(always)]
    unsafe fn dot(self, weights: Self::Weights, levels: Self::Levels) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        if SEVEN {
            return Self(i32x4_relaxed_dot_i8x16_i7x16_add(
                weights[0], levels[0], self.0,
            ));
        }
        let even = i32x4_dot_i16x8(weights[0], levels[0]);
        let odd = i32x4_dot_i16x8(weights[1], levels[1]);
        Self(i32x4_add(i32x4_add(self.0, even), odd))
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
        let levels = i16x8_narrow_i32x4(levels, levels);
        unsafe { v128_store32_lane::<0>(u8x16_narrow_i16x8(levels, levels), to.cast()) }
    }
}
