//! The sums of each target's vectors, behind one trait, so that the kernels are written once.

pub mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod wasm;
#[cfg(target_arch = "x86_64")]
pub mod x86;

use crate::packed::lanes::Lanes;

/// 1.5 * 2^23: added to a small float, it leaves the rounded integer in the lowest bits.
pub const ROUNDER: f32 = 12_582_912.0;

/// Sums of 32 bits, each of one channel, side by side in a register.
///
/// Weights and levels are multiplied in lanes of 32 bits, too: four bytes, or two numbers of 16 bits, to
/// which they were widened before.
///
/// # Safety
/// As of `Lanes`; what is read and written behind pointers is one value for each lane, where nothing
/// else is said.
pub trait Sums: Copy {
    /// Sums in a register.
    const WIDTH: usize = Self::Floats::WIDTH;
    /// Pixels of a tile: 8 of one register of channels each, else 4 of two.
    const ROWS: usize;
    /// Products that are added up in a lane: 4 of bytes, or 2 of 16 bits.
    const PRODUCTS: usize;
    /// Whether the products of two steps are added in 16 bits: weights are such that they fit.
    const PAIRED: bool = false;
    /// Lanes that a pixel's levels of a step take in memory: one, or a register's, all of them the same,
    /// where a load into all lanes is not one instruction.
    const SPREAD: usize = 1;
    /// Registers that `zip` fills.
    const ZIPPED: usize;
    /// The same number of floats.
    type Floats: Lanes;
    /// Weights or levels.
    type Factors: Copy;
    /// The sums of depthwise layers.
    type Depthwise: Sums;

    unsafe fn load(from: *const i32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn factors(from: *const u32) -> Self::Factors;
    /// Write a pixel's levels of a step to `SPREAD` lanes.
    #[inline(always)]
    unsafe fn put(from: *const u8, to: *mut u32) {
        unsafe {
            let levels = if Self::PRODUCTS == 4 {
                from.cast::<u32>().read_unaligned()
            } else {
                let two = u32::from(from.cast::<u16>().read_unaligned());
                (two | (two << 8)) & 0x00FF_00FF
            };
            for lane in 0..Self::SPREAD {
                to.add(lane).write(levels);
            }
        }
    }
    /// As `put`, of four steps whose lanes are `jump` apart.
    #[inline(always)]
    unsafe fn put_four(from: *const u8, to: *mut u32, jump: usize) {
        for step in 0..4 {
            unsafe { Self::put(from.add(step * Self::PRODUCTS), to.add(step * jump)) }
        }
    }
    /// A pixel's levels of a step, as `put` wrote them, in all lanes.
    unsafe fn splat(from: *const u32) -> Self::Factors;
    /// Levels of the channels from the `channel`th on, those of `PRODUCTS` pixels in each lane. Of one
    /// register alone the first.
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [Self::Factors; 2];
    /// Each lane's products added.
    unsafe fn dot(self, weights: Self::Factors, levels: Self::Factors) -> Self;
    /// As `dot`, of two steps whose products are added in 16 bits; where they are `PAIRED`.
    unsafe fn dot_two(self, _weights: [Self::Factors; 2], _levels: [Self::Factors; 2]) -> Self {
        unreachable!("sums are of 32 bits")
    }
    /// Write four weights of each lane as two of 16 bits, then the two others; for pairs of products.
    unsafe fn widen_weights(from: *const i8, to: [*mut u32; 2]);
    /// A level of each lane.
    unsafe fn widen(from: *const u8) -> Self;
    unsafe fn floats(self) -> Self::Floats;
    /// Write levels from floats that `ROUNDER` was added to; `zero` is added to each.
    unsafe fn store(rounded: Self::Floats, zero: i32, to: *mut u8);
    /// As `store`, of two registers side by side.
    #[inline(always)]
    unsafe fn store_two(rounded: [Self::Floats; 2], zero: i32, to: *mut u8) {
        unsafe {
            Self::store(rounded[0], zero, to);
            Self::store(rounded[1], zero, to.add(Self::WIDTH));
        }
    }
}
