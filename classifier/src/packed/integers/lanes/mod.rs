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
/// # Safety
/// As of `Lanes`; what is read and written behind pointers is one value for each lane, where nothing
/// else is said.
pub trait Sums: Copy {
    /// Sums in a register.
    const WIDTH: usize = Self::Floats::WIDTH;
    /// Pixels of a tile: 8 of one register of channels each, else 4 of two.
    const ROWS: usize;
    /// The same number of floats.
    type Floats: Lanes;
    /// Four weights of each lane, as they are multiplied.
    type Weights: Copy;
    /// Four levels of each lane, as they are multiplied.
    type Levels: Copy;

    unsafe fn load(from: *const i32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    /// Four weights a lane, one lane's after another's.
    unsafe fn weights(from: *const i8) -> Self::Weights;
    /// Four levels, the same in every lane.
    unsafe fn splat(from: *const u8) -> Self::Levels;
    /// A level of each lane from each of four places.
    unsafe fn zip(from: [*const u8; 4]) -> Self::Levels;
    /// The four products of each lane added.
    unsafe fn dot(self, weights: Self::Weights, levels: Self::Levels) -> Self;
    /// A level of each lane.
    unsafe fn widen(from: *const u8) -> Self;
    unsafe fn floats(self) -> Self::Floats;
    /// Write levels from floats that `ROUNDER` was added to; `zero` is added to each.
    unsafe fn store(rounded: Self::Floats, zero: i32, to: *mut u8);
}
