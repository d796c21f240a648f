//! Four sums that the compiler turns into what the target has.

use std::array;

use super::{ROUNDER, Sums};
use crate::packed::lanes::portable::Portable as Floats;

#[derive(Clone, Copy)]
pub struct Portable([i32; 4]);

impl Sums for Portable {
    const ROWS: usize = 4;
    const PRODUCTS: usize = 4;
    const ZIPPED: usize = 1;
    type Floats = Floats;
    type Factors = [[u8; 4]; 4];
    type Depthwise = Self;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { from.cast::<[i32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(array::from_fn(|lane| {
            self.0[lane].wrapping_add(other.0[lane])
        }))
    }

    #[inline(always)]
    unsafe fn factors(from: *const u32) -> Self::Factors {
        unsafe { from.cast::<Self::Factors>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn splat(from: *const u32) -> Self::Factors {
        [unsafe { from.cast::<[u8; 4]>().read_unaligned() }; 4]
    }

    #[inline(always)]
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [Self::Factors; 2] {
        let level = |pixel, lane| unsafe { *(*pixels.add(pixel)).add(channel + lane) };
        [array::from_fn(|lane| array::from_fn(|pixel| level(pixel, lane))); 2]
    }

    #[inline(always)]
    unsafe fn dot(self, weights: Self::Factors, levels: Self::Factors) -> Self {
        Self(array::from_fn(|lane| {
            let products = weights[lane].iter().zip(levels[lane]);
            products.fold(self.0[lane], |sum, (weight, level)| {
                sum.wrapping_add(i32::from(weight.cast_signed()) * i32::from(level))
            })
        }))
    }

    unsafe fn widen_weights(_: *const i8, _: [*mut u32; 2]) {
        unreachable!("products are of bytes")
    }

    #[inline(always)]
    unsafe fn widen(from: *const u8) -> Self {
        let levels = unsafe { from.cast::<[u8; 4]>().read_unaligned() };
        Self(levels.map(i32::from))
    }

    #[inline(always)]
    unsafe fn floats(self) -> Floats {
        Floats(self.0.map(|sum| sum as f32))
    }

    #[inline(always)]
    unsafe fn store(rounded: Floats, zero: i32, to: *mut u8) {
        let level = |value: f32| {
            let rounded = value.to_bits().wrapping_sub(ROUNDER.to_bits());
            rounded.wrapping_add_signed(zero) as u8
        };
        unsafe { to.cast::<[u8; 4]>().write_unaligned(rounded.0.map(level)) }
    }
}
