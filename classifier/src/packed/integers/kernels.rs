//! The kernels. All of them are inlined into one function for each kind of sums (`run.rs`).
//!
//! # Safety
//! Of every function here: the layer was checked by `format.rs`, `source` and `target` hold what it
//! says, and the processor has the vectors of `S`.

use std::ops::Range;

use super::format::{Image, Layer};
use super::lanes::{ROUNDER, Sums};
use crate::packed::format::{Number, PANEL};
use crate::packed::kernels::{gather, grown, unrolled};
use crate::packed::lanes::Lanes;

/// Levels of a block of pixels that stay in the first-level cache while a panel's weights pass by.
const BLOCK: usize = 16 << 10;
/// Weights, and levels, of a lane that are multiplied at once.
const GROUP: usize = i8::GROUP;

/// Room for inputs in another order, used again by every layer.
#[derive(Debug, Default)]
pub struct Scratch {
    windows: Vec<u8>,
    /// A pixel outside the map.
    outside: Vec<u8>,
}

/// The image as levels.
#[inline(always)]
pub fn levels(image: &[f32], how: Image, top: u8, target: &mut [u8]) {
    for (level, value) in target.iter_mut().zip(image) {
        let value = value * how.factor + how.zero;
        let value = value.max(0.0).min(f32::from(top)) + ROUNDER;
        *level = value.to_bits() as u8;
    }
}

/// Where a product's sums go.
trait Target<S: Sums>: Copy {
    /// Take the sums of the channels from `channel` on; `at` is the pixel's and their place.
    unsafe fn take(self, layer: &Layer, channel: usize, at: usize, sums: S);
}

/// Sums times their factors.
#[inline(always)]
unsafe fn scaled<S: Sums>(layer: &Layer, channel: usize, sums: S) -> S::Floats {
    unsafe {
        let factors = S::Floats::load(layer.factors.as_ptr().add(channel));
        // A product rounded once, whether or not it is fused with the zero.
        sums.floats().mul_add(factors, S::Floats::splat(0.0))
    }
}

/// Levels of a map, rounded; what is there before is added where the layer says so.
#[derive(Clone, Copy)]
struct Levels(*mut u8);

impl<S: Sums> Target<S> for Levels {
    #[inline(always)]
    unsafe fn take(self, layer: &Layer, channel: usize, at: usize, sums: S) {
        let shape = &layer.layer;
        let splat = |value| unsafe { S::Floats::splat(value) };
        unsafe {
            let to = self.0.add(at);
            let mut value = scaled(layer, channel, sums);
            if shape.add {
                let former = S::widen(to).floats().add(splat(-layer.added_zero));
                let former = former.mul_add(splat(layer.added_factor), splat(0.0));
                value = value.add(former);
            }
            let value = value.at_least(splat(shape.low)).at_most(splat(shape.high));
            S::store(value.add(splat(ROUNDER)), -shape.low as i32, to);
        }
    }
}

/// The scores of the classes.
#[derive(Clone, Copy)]
struct Scores(*mut f32);

impl<S: Sums> Target<S> for Scores {
    #[inline(always)]
    unsafe fn take(self, layer: &Layer, channel: usize, at: usize, sums: S) {
        unsafe { scaled(layer, channel, sums).store(self.0.add(at)) }
    }
}

/// Every pixel by itself; `source` and `target` begin with the first of the rows.
#[inline(always)]
pub unsafe fn pointwise<S: Sums>(
    layer: &Layer,
    rows: Range<usize>,
    source: &[u8],
    target: &mut [u8],
) {
    let pixels = rows.len() * layer.layer.size_out;
    let (stride, target) = (layer.layer.stride_in(), Levels(target.as_mut_ptr()));
    unsafe { multiply::<S, _>(layer, source, stride, target, pixels) }
}

/// The last product: a pixel's classes, as floats.
#[inline(always)]
pub unsafe fn scores<S: Sums>(layer: &Layer, source: &[u8], target: &mut [f32]) {
    let (stride, target) = (layer.layer.stride_in(), Scores(target.as_mut_ptr()));
    unsafe { multiply::<S, _>(layer, source, stride, target, 1) }
}

/// A convolution over all channels: each row's windows, side by side, then a matrix product.
/// `target` begins with the first of the rows.
#[inline(always)]
pub unsafe fn conv<S: Sums>(
    layer: &Layer,
    rows: Range<usize>,
    source: &[u8],
    target: &mut [u8],
    scratch: &mut Scratch,
) {
    let shape = &layer.layer;
    let windows = grown(&mut scratch.windows, shape.size_out * shape.depth());
    for (row, target) in rows.zip(target.chunks_exact_mut(shape.row_out())) {
        gather(shape, source, layer.outside, row, windows);
        let target = Levels(target.as_mut_ptr());
        unsafe { multiply::<S, _>(layer, windows, shape.depth(), target, shape.size_out) }
    }
}

/// A matrix product: rows are pixels, `stride` levels of the source apart.
#[inline(always)]
unsafe fn multiply<S: Sums, T: Target<S>>(
    layer: &Layer,
    source: &[u8],
    stride: usize,
    target: T,
    pixels: usize,
) {
    let block = (BLOCK / stride / S::ROWS).max(1) * S::ROWS;
    // One register, or two, of a panel.
    let at_once = if S::ROWS == 8 { 1 } else { 2 } * S::WIDTH;
    for first in (0..pixels).step_by(block) {
        let end = pixels.min(first + block);
        for channel in (0..layer.layer.stride_out()).step_by(at_once) {
            let mut pixel = first;
            while pixel < end {
                unsafe {
                    let from = source.as_ptr().add(pixel * stride);
                    let place = (pixel, channel);
                    pixel += match (S::ROWS == 8, end - pixel >= S::ROWS) {
                        (true, true) => tile::<S, T, 8, 1>(layer, from, stride, target, place),
                        (true, false) => tile::<S, T, 1, 1>(layer, from, stride, target, place),
                        (false, true) => tile::<S, T, 4, 2>(layer, from, stride, target, place),
                        (false, false) => tile::<S, T, 1, 2>(layer, from, stride, target, place),
                    };
                }
            }
        }
    }
}

/// `R` pixels by `N` registers of channels, all sums in registers.
#[inline(always)]
unsafe fn tile<S: Sums, T: Target<S>, const R: usize, const N: usize>(
    layer: &Layer,
    from: *const u8,
    stride: usize,
    target: T,
    (pixel, channel): (usize, usize),
) -> usize {
    let shape = &layer.layer;
    let depth = shape.depth();
    unsafe {
        let start = channel / PANEL * PANEL * depth + channel % PANEL * GROUP;
        let weights = shape.weights.as_ptr().add(start);
        let bias = shape.bias.as_ptr().add(channel);
        let mut sums = [[S::load(bias); N]; R];
        unrolled!(N, |CHANNELS| {
            let start = S::load(bias.add(CHANNELS * S::WIDTH));
            unrolled!(R, |ROW| sums[ROW][CHANNELS] = start);
        });
        for k in (0..depth).step_by(GROUP) {
            let weight = weights.add(k * PANEL);
            let mut factors = [S::weights(weight); N];
            unrolled!(N, |CHANNELS| factors[CHANNELS] =
                S::weights(weight.add(CHANNELS * S::WIDTH * GROUP)));
            unrolled!(R, |ROW| {
                let levels = S::splat(from.add(ROW * stride + k));
                unrolled!(N, |CHANNELS| sums[ROW][CHANNELS] =
                    sums[ROW][CHANNELS].dot(factors[CHANNELS], levels));
            });
        }
        unrolled!(R, |ROW| {
            unrolled!(N, |CHANNELS| {
                let channel = channel + CHANNELS * S::WIDTH;
                let at = (pixel + ROW) * shape.stride_out() + channel;
                target.take(layer, channel, at, sums[ROW][CHANNELS]);
            });
        });
    }
    R
}

/// Each channel by itself. `source` begins with the input's row `first_row`, `target` with the first of
/// the output's rows.
#[inline(always)]
pub unsafe fn depthwise<S: Sums>(
    layer: &Layer,
    rows: Range<usize>,
    first_row: usize,
    source: &[u8],
    target: &mut [u8],
    scratch: &mut Scratch,
) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    let outside = grown(&mut scratch.outside, channels);
    outside.fill(layer.outside);
    // The places of a window's levels, whole groups.
    let mut taps = vec![outside.as_ptr(); shape.depth()];
    for (row, target) in rows.zip(target.chunks_exact_mut(shape.row_out())) {
        for column in 0..shape.size_out {
            for (index, tap) in taps[..shape.kernel * shape.kernel].iter_mut().enumerate() {
                let y = row * shape.stride + index / shape.kernel;
                let x = column * shape.stride + index % shape.kernel;
                let inside = shape.pad..shape.size_in + shape.pad;
                *tap = if inside.contains(&y) && inside.contains(&x) {
                    let pixel = (y - shape.pad - first_row) * shape.size_in + x - shape.pad;
                    source[pixel * channels..].as_ptr()
                } else {
                    outside.as_ptr()
                };
            }
            let target = Levels(target[column * channels..].as_mut_ptr());
            unsafe { filter::<S>(layer, &taps, target) }
        }
    }
}

/// One pixel, from the places of the levels of its window.
#[inline(always)]
unsafe fn filter<S: Sums>(layer: &Layer, taps: &[*const u8], target: Levels) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    let (groups, _) = taps.as_chunks::<GROUP>();
    for channel in (0..channels).step_by(S::WIDTH) {
        unsafe {
            let mut sums = S::load(shape.bias.as_ptr().add(channel));
            for (index, group) in groups.iter().enumerate() {
                let at = (index * channels + channel) * GROUP;
                let weights = S::weights(shape.weights.as_ptr().add(at));
                sums = sums.dot(weights, S::zip(group.map(|tap| tap.add(channel))));
            }
            target.take(layer, channel, channel, sums);
        }
    }
}

/// The mean of every channel over the map.
#[inline(always)]
pub unsafe fn pool<S: Sums>(layer: &Layer, source: &[u8], target: &mut [u8]) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    for channel in (0..channels).step_by(S::WIDTH) {
        unsafe {
            let mut sums = S::load(shape.bias.as_ptr().add(channel));
            for pixel in 0..shape.size_in * shape.size_in {
                sums = sums.add(S::widen(source.as_ptr().add(pixel * channels + channel)));
            }
            Levels(target.as_mut_ptr()).take(layer, channel, channel, sums);
        }
    }
}
