//! The kernels. All of them are inlined into one function for each kind of sums (`run.rs`), in wasm all
//! but the largest.
//!
//! # Safety
//! Of every function here: the layer was checked by `format.rs`, `source` and `target` hold what it
//! says, and the processor has the vectors of `S`.

use std::ops::Range;

use super::depthwise;
use super::format::{Image, Layer};
use super::lanes::{ROUNDER, Sums};
use super::products::{self, Product, multiply};
use super::targets::{Levels, Scores, Target};
use crate::packed::kernels::{gather, grown};

/// Room for inputs in another order, used again by every layer.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The windows of a row.
    windows: Vec<u8>,
    products: products::Scratch,
    pub depthwise: depthwise::Scratch,
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
