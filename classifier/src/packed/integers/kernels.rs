//! The kernels. All of them are inlined into one function for each kind of sums (`run.rs`), in wasm all
//! but the largest.
//!
//! # Safety
//! Of every function here: the layer was checked by `format.rs`, `source` and `target` hold what it
//! says, and the processor has the vectors of `S`.

use std::ops::Range;

use super::format::{Image, Layer};
use super::lanes::{ROUNDER, Sums};
use super::products::{self, Product, multiply, widen};
use super::targets::{Levels, Scores, Target};
use crate::packed::format::Number;
use crate::packed::kernels::{gather, grown, unrolled};

/// Room for inputs in another order, used again by every layer.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The windows of a row.
    windows: Vec<u8>,
    /// A pixel outside the map.
    outside: Vec<u8>,
    /// Weights of 16 bits.
    weights: Vec<u32>,
    products: products::Scratch,
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

/// Every pixel by itself; `source` and `target` begin with the first of the rows.
#[inline(always)]
pub unsafe fn pointwise<S: Sums>(
    layer: &Layer,
    rows: Range<usize>,
    source: &[u8],
    target: &mut [u8],
    scratch: &mut Scratch,
) {
    let product = Product {
        layer,
        source,
        stride: layer.layer.stride_in(),
        pixels: rows.len() * layer.layer.size_out,
    };
    unsafe {
        let target = Levels::new(layer, layer.layer.add, target);
        multiply::<S, _>(product, target, &mut scratch.products);
    }
}

/// The last product: a pixel's classes, as floats.
#[inline(always)]
pub unsafe fn scores<S: Sums>(
    layer: &Layer,
    source: &[u8],
    target: &mut [f32],
    scratch: &mut Scratch,
) {
    let product = Product {
        layer,
        source,
        stride: layer.layer.stride_in(),
        pixels: 1,
    };
    let target = Scores(target.as_mut_ptr());
    unsafe { multiply::<S, _>(product, target, &mut scratch.products) }
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
        let product = Product {
            layer,
            source: windows,
            stride: shape.depth(),
            pixels: shape.size_out,
        };
        unsafe {
            let target = Levels::new(layer, false, target);
            multiply::<S, _>(product, target, &mut scratch.products);
        }
    }
}

/// Each channel by itself. `source` begins with the input's row `first_row`, `target` with the first of
/// the output's rows. In wasm a function of its own, as `multiply`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
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
    let weights = if S::PRODUCTS == i8::GROUP {
        shape.weights.as_ptr().cast()
    } else {
        let widened = grown(&mut scratch.weights, shape.depth() / S::PRODUCTS * channels);
        unsafe { widen::<S>(shape.weights.as_ptr(), channels, channels, widened) }
        widened.as_ptr()
    };
    // Where the rows of a window begin, and how far apart their pixels are.
    let mut lines = vec![(outside.as_ptr(), 0); shape.kernel];
    // The places of a window's levels, whole steps.
    let window = shape.kernel * shape.kernel;
    let mut taps = vec![outside.as_ptr(); window.next_multiple_of(S::PRODUCTS)];
    let inside = shape.pad..shape.size_in + shape.pad;
    for (row, target) in rows.zip(target.chunks_exact_mut(shape.row_out())) {
        for (y, line) in lines.iter_mut().enumerate() {
            let y = row * shape.stride + y;
            *line = if inside.contains(&y) {
                let from = (y - shape.pad - first_row) * shape.row_in();
                (source[from..].as_ptr(), channels)
            } else {
                (outside.as_ptr(), 0)
            };
        }
        let target = unsafe { Levels::new(layer, false, target) };
        for column in 0..shape.size_out {
            for (line, taps) in lines.iter().zip(taps.chunks_exact_mut(shape.kernel)) {
                for (x, tap) in taps.iter_mut().enumerate() {
                    let x = column * shape.stride + x;
                    *tap = if inside.contains(&x) {
                        unsafe { line.0.add((x - shape.pad) * line.1) }
                    } else {
                        outside.as_ptr()
                    };
                }
            }
            unsafe {
                match S::ZIPPED {
                    1 => filter::<S, 1>(layer, weights, &taps, target, column * channels),
                    _ => filter::<S, 2>(layer, weights, &taps, target, column * channels),
                }
            }
        }
    }
}

/// One pixel, from the places of the levels of its window, `N` registers of channels at a time.
#[inline(always)]
unsafe fn filter<S: Sums, const N: usize>(
    layer: &Layer,
    weights: *const u32,
    taps: &[*const u8],
    target: Levels<S>,
    at: usize,
) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    for channel in (0..channels).step_by(N * S::WIDTH) {
        unsafe {
            let bias = shape.bias.as_ptr().add(channel);
            let mut sums = [S::load(bias); N];
            unrolled!(N, |AT| sums[AT] = S::load(bias.add(AT * S::WIDTH)));
            let mut weights = weights.add(channel);
            for step in taps.chunks_exact(S::PRODUCTS) {
                let levels = &S::zip(step.as_ptr(), channel)[..N];
                unrolled!(N, |AT| sums[AT] =
                    sums[AT].dot(S::factors(weights.add(AT * S::WIDTH)), levels[AT]));
                weights = weights.add(channels);
            }
            target.take(layer, channel, at + channel, [sums]);
        }
    }
}

/// The mean of every channel over the map.
#[inline(always)]
pub unsafe fn pool<S: Sums>(layer: &Layer, source: &[u8], target: &mut [u8]) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    let target = unsafe { Levels::new(layer, false, target) };
    for channel in (0..channels).step_by(S::WIDTH) {
        unsafe {
            let mut sums = S::load(shape.bias.as_ptr().add(channel));
            for pixel in 0..shape.size_in * shape.size_in {
                sums = sums.add(S::widen(source.as_ptr().add(pixel * channels + channel)));
            }
            target.take(layer, channel, channel, [[sums]]);
        }
    }
}
