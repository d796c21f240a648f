//! Matrix products of integers.
//!
//! # Safety
//! As of `kernels.rs`.

use super::format::Layer;
use super::lanes::Sums;
use super::targets::Target;
use crate::packed::format::{Number, PANEL};
use crate::packed::kernels::{grown, unrolled};

/// Weights of a channel that lie side by side.
const GROUP: usize = i8::GROUP;
/// Steps of a turn of the innermost loop, which can be left after each: see the kernels of floats.
const STEPS: usize = if cfg!(target_arch = "wasm32") { 2 } else { 1 };

/// Room for factors in the order in which the tiles read them, used again by every layer.
#[derive(Debug, Default)]
pub struct Scratch {
    levels: Vec<u32>,
    weights: Vec<u32>,
}

/// A matrix product: rows are pixels, `stride` levels of the source apart.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    pub layer: &'a Layer,
    pub source: &'a [u8],
    pub stride: usize,
    pub pixels: usize,
}

/// Bytes of a block of pixels that stay in the second-level cache while all weights pass by; larger
/// where these are widened for every block anew.
const fn block<S: Sums>() -> usize {
    if S::PRODUCTS == GROUP {
        64 << 10
    } else {
        256 << 10
    }
}

/// Registers of channels of a tile.
const fn registers<S: Sums>() -> usize {
    if S::ROWS == 8 { 1 } else { 2 }
}

/// Lanes between the weights of one step and those of the next.
const fn jump<S: Sums>() -> usize {
    if S::PRODUCTS == GROUP {
        PANEL
    } else {
        registers::<S>() * S::WIDTH
    }
}

/// All channels of all pixels.
///
/// In wasm a function of its own: in one for all layers engines run out of registers for addresses.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub unsafe fn multiply<S: Sums, T: Target<S>>(product: Product, target: T, scratch: &mut Scratch) {
    let Product { layer, pixels, .. } = product;
    let depth = layer.layer.depth();
    let steps = depth / S::PRODUCTS;
    // Lanes of a pixel's levels.
    let lanes = steps * S::SPREAD;
    let block = (block::<S>() / size_of::<u32>() / lanes / S::ROWS).max(1) * S::ROWS;
    let levels = grown(&mut scratch.levels, block.min(pixels) * lanes);
    for first in (0..pixels).step_by(block) {
        let end = pixels.min(first + block);
        for (pixel, rows) in tiles::<S>(first, end) {
            let to = &mut levels[(pixel - first) * lanes..][..rows * lanes];
            if rows == S::ROWS {
                unsafe { interleave::<S>(product, pixel, S::ROWS, to) }
            } else {
                unsafe { interleave::<S>(product, pixel, 1, to) }
            }
        }
        for channel in (0..layer.layer.stride_out()).step_by(registers::<S>() * S::WIDTH) {
            let at = channel / PANEL * PANEL * depth + channel % PANEL * GROUP;
            let weights = layer.layer.weights[at..].as_ptr();
            let weights = if S::PRODUCTS == GROUP {
                weights.cast()
            } else {
                let widened = grown(&mut scratch.weights, steps * jump::<S>());
                unsafe { widen::<S>(weights, PANEL, jump::<S>(), widened) }
                widened.as_ptr()
            };
            for (pixel, rows) in tiles::<S>(first, end) {
                let levels = levels[(pixel - first) * lanes..].as_ptr();
                let place = (pixel, channel);
                unsafe {
                    if const { S::ROWS == 8 } {
                        if rows == S::ROWS {
                            tile::<S, T, 8, 1>(layer, levels, weights, target, place);
                        } else {
                            tile::<S, T, 1, 1>(layer, levels, weights, target, place);
                        }
                    } else if rows == S::ROWS {
                        tile::<S, T, 4, 2>(layer, levels, weights, target, place);
                    } else {
                        tile::<S, T, 1, 2>(layer, levels, weights, target, place);
                    }
                }
            }
        }
    }
}

/// The first pixel of each tile and its number of pixels.
#[inline(always)]
fn tiles<S: Sums>(first: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
    let whole = (end - first) / S::ROWS * S::ROWS;
    let tiles = (first..first + whole)
        .step_by(S::ROWS)
        .map(|pixel| (pixel, S::ROWS));
    tiles.chain((first + whole..end).map(|pixel| (pixel, 1)))
}

/// The levels of a tile's pixels: lanes of all pixels side by side.
#[inline(always)]
unsafe fn interleave<S: Sums>(product: Product, pixel: usize, rows: usize, to: &mut [u32]) {
    let from = product.source[pixel * product.stride..].as_ptr();
    let steps = product.layer.layer.depth() / S::PRODUCTS;
    // Between the lanes of one step and those of the next.
    let jump = rows * S::SPREAD;
    let place = |step: usize, row: usize| {
        let from = unsafe { from.add(row * product.stride + step * S::PRODUCTS) };
        (from, step * jump + row * S::SPREAD)
    };
    for step in (0..steps / 4 * 4).step_by(4) {
        for row in 0..rows {
            let (from, at) = place(step, row);
            unsafe { S::put_four(from, to.as_mut_ptr().add(at), jump) }
        }
    }
    for step in steps / 4 * 4..steps {
        for row in 0..rows {
            let (from, at) = place(step, row);
            unsafe { S::put(from, to.as_mut_ptr().add(at)) }
        }
    }
}

/// Groups of four weights of `lanes` channels, `panel` channels apart, as two of 16 bits: the first
/// two of all channels, then the others.
#[inline(always)]
pub unsafe fn widen<S: Sums>(weights: *const i8, panel: usize, lanes: usize, to: &mut [u32]) {
    for (group, to) in to.chunks_exact_mut(2 * lanes).enumerate() {
        let (first, second) = to.split_at_mut(lanes);
        for lane in (0..lanes).step_by(S::WIDTH) {
            unsafe {
                let from = weights.add((group * panel + lane) * GROUP);
                let to = [first[lane..].as_mut_ptr(), second[lane..].as_mut_ptr()];
                S::widen_weights(from, to);
            }
        }
    }
}

/// `R` pixels by `N` registers of channels, all sums in registers.
#[inline(always)]
unsafe fn tile<S: Sums, T: Target<S>, const R: usize, const N: usize>(
    layer: &Layer,
    mut levels: *const u32,
    mut weights: *const u32,
    target: T,
    (pixel, channel): (usize, usize),
) {
    let shape = &layer.layer;
    unsafe {
        let bias = shape.bias.as_ptr().add(channel);
        let mut sums = [[S::load(bias); N]; R];
        unrolled!(N, |CHANNELS| {
            let start = S::load(bias.add(CHANNELS * S::WIDTH));
            unrolled!(R, |ROW| sums[ROW][CHANNELS] = start);
        });
        let steps = shape.depth() / S::PRODUCTS;
        let end = weights.add(steps * jump::<S>());
        if S::PAIRED {
            let last = weights.add(steps / 2 * 2 * jump::<S>());
            while weights != last {
                let factors = [0, jump::<S>()].map(|at| factors::<S, N>(weights.add(at)));
                let values = [0, R * S::SPREAD].map(|at| splats::<S, R>(levels.add(at)));
                unrolled!(R, |ROW| {
                    unrolled!(N, |CHANNELS| {
                        let weights = [factors[0][CHANNELS], factors[1][CHANNELS]];
                        let levels = [values[0][ROW], values[1][ROW]];
                        sums[ROW][CHANNELS] = sums[ROW][CHANNELS].dot_two(weights, levels);
                    });
                });
                levels = levels.add(2 * R * S::SPREAD);
                weights = weights.add(2 * jump::<S>());
            }
        }
        'steps: while weights != end {
            for _ in 0..STEPS {
                let factors = factors::<S, N>(weights);
                let values = splats::<S, R>(levels);
                unrolled!(R, |ROW| {
                    unrolled!(N, |CHANNELS| sums[ROW][CHANNELS] =
                        sums[ROW][CHANNELS].dot(factors[CHANNELS], values[ROW]));
                });
                levels = levels.add(R * S::SPREAD);
                weights = weights.add(jump::<S>());
                if weights == end {
                    break 'steps;
                }
            }
        }
        let at = pixel * shape.stride_out() + channel;
        target.take(layer, channel, at, sums);
    }
}

/// A step's weights of `N` registers of channels.
#[inline(always)]
unsafe fn factors<S: Sums, const N: usize>(from: *const u32) -> [S::Factors; N] {
    unsafe {
        let mut factors = [S::factors(from); N];
        unrolled!(N, |AT| factors[AT] = S::factors(from.add(AT * S::WIDTH)));
        factors
    }
}

/// A step's levels of `R` pixels, each in a register of its own.
#[inline(always)]
unsafe fn splats<S: Sums, const R: usize>(from: *const u32) -> [S::Factors; R] {
    unsafe {
        let mut splats = [S::splat(from); R];
        unrolled!(R, |ROW| splats[ROW] = S::splat(from.add(ROW * S::SPREAD)));
        splats
    }
}
