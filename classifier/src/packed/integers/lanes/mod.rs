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
    /// One lane's, in all of them.
    unsafe fn splat(from: *const u32) -> Self::Factors;
    /// As `splat`, of four lanes that lie side by side.
    unsafe fn spread(from: *const u32) -> [Self::Factors; 4];
    /// Levels of the channels from the `channel`th on, those of `PRODUCTS` pixels in each lane. Of one
    /// register alone the first.
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [Self::Factors; 2];
    /// Each lane's products added.
    unsafe fn dot(self, weights: Self::Factors, levels: Self::Factors) -> Self;
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
