//! The kernels. All of them are inlined into one function for each kind of vectors (`run.rs`).
//!
//! # Safety
//! Of every function here: the layer was checked by `format.rs`, `source` and `target` hold what it
//! says, and the processor has the vectors `L`.

use std::ops::Range;

use super::format::{COLOURS, Layer, Number, PANEL};
use super::lanes::Lanes;

/// Floats of a block of pixels that stay in the second-level cache while all weights pass by.
const BLOCK: usize = 32 << 10;

/// Inputs of a pixel that a turn of wasm's innermost loop takes. It can be left after each, with sums that
/// are used then: otherwise engines, whose compilers move loads to the top of straight code and
/// arithmetic to where it is used, run out of registers. Relaxed SIMD's multiply-add leaves its sum in
/// another register than it was, in cranelift; moving it back waits for the end of the turn.
const STEPS: usize = match (
    cfg!(target_arch = "wasm32"),
    cfg!(target_feature = "relaxed-simd"),
) {
    (true, true) => 8,
    (true, false) => 4,
    (false, _) => 1,
};

/// Room for inputs in another order, used again by every layer.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The windows of a row.
    windows: Vec<f32>,
    /// Inputs that fill a register each.
    spread: Vec<f32>,
}

/// Write a body out for the indices 0 to `$count` - 1, 14 at most. A loop would leave arrays of
/// registers in memory, since the compiler unrolls it only after it has given up on them. Conditions
/// are `const` so that what none of the indices takes is not even compiled, here and for tiles of other vectors.
macro_rules! unrolled {
    ($count:expr, |$index:ident| $body:expr) => {
        unrolled!(@ $count, $index, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
    };
    (@ $count:expr, $index:ident, $body:expr, $($number:literal)*) => {
        $(if const { $number < $count } {
            const $index: usize = $number;
            $body
        })*
    };
}

#[cfg(feature = "integers")]
pub(super) use unrolled;

/// A matrix product: rows are pixels.
#[derive(Clone, Copy)]
struct Product<'a> {
    layer: &'a Layer,
    /// How many inputs are multiplied and added up.
    depth: usize,
    stride_in: usize,
}

/// At least so many values of a vector, which is not written again where it has them.
pub fn grown<T: Clone + Default>(vector: &mut Vec<T>, values: usize) -> &mut [T] {
    if vector.len() < values {
        vector.resize(values, T::default());
    }
    &mut vector[..values]
}

/// Every pixel by itself: all output channels from all input channels. `source` and `target` begin
/// with the first of the rows.
#[inline(always)]
pub unsafe fn pointwise<L: Lanes>(
    layer: &Layer,
    rows: Range<usize>,
    source: &[f32],
    target: &mut [f32],
    scratch: &mut Scratch,
) {
    let product = Product {
        layer,
        depth: layer.channels_in,
        stride_in: layer.stride_in(),
    };
    let pixels = rows.len() * layer.size_out;
    unsafe { multiply::<L>(product, source, target, pixels, &mut scratch.spread) }
}

/// A convolution over all channels: each row's windows, side by side, then a matrix product.
/// `target` begins with the first of the rows.
#[inline(always)]
pub unsafe fn conv<L: Lanes>(
    layer: &Layer,
    rows: Range<usize>,
    source: &[f32],
    target: &mut [f32],
    scratch: &mut Scratch,
) {
    let depth = layer.depth();
    let product = Product {
        layer,
        depth,
        stride_in: depth,
    };
    let Scratch { windows, spread } = scratch;
    let windows = grown(windows, layer.size_out * depth);
    for (row, target) in rows.zip(target.chunks_exact_mut(layer.row_out())) {
        gather(layer, source, 0.0, row, windows);
        unsafe { multiply::<L>(product, windows, target, layer.size_out, spread) }
    }
}

/// The windows of one row of the output, one after another, each of whole groups; outside the image is
/// `outside`.
///
/// A pixel's colours are copied as an array: copies whose length is known at run time only are calls
/// in WebAssembly.
#[inline(always)]
pub fn gather<N: Number, T: Copy>(
    layer: &Layer<N>,
    source: &[T],
    outside: T,
    row: usize,
    windows: &mut [T],
) {
    let Layer {
        kernel,
        stride,
        pad,
        size_in,
        ..
    } = *layer;
    let (source, _) = source.as_chunks::<COLOURS>();
    let inside = layer.inside();
    for (column, window) in windows.chunks_exact_mut(layer.depth()).enumerate() {
        let (window, _) = window.as_chunks_mut::<COLOURS>();
        for (y, line) in window.chunks_exact_mut(kernel).take(kernel).enumerate() {
            for (x, pixel) in line.iter_mut().enumerate() {
                let (from_y, from_x) = (row * stride + y, column * stride + x);
                *pixel = if inside.contains(&from_y) && inside.contains(&from_x) {
                    source[(from_y - pad) * size_in + from_x - pad]
                } else {
                    [outside; COLOURS]
                };
            }
        }
    }
}

#[inline(always)]
unsafe fn multiply<L: Lanes>(
    product: Product,
    source: &[f32],
    target: &mut [f32],
    pixels: usize,
    spread: &mut Vec<f32>,
) {
    let panels = product.layer.stride_out() / PANEL;
    // Two registers of channels: of one panel, or of two.
    let at_once = (2 * L::WIDTH).div_ceil(PANEL);
    let floats = if L::SPREAD {
        product.depth * L::WIDTH
    } else {
        product.stride_in
    };
    let block = (BLOCK / floats / L::ROWS).max(1) * L::ROWS;
    let spread = grown(spread, if L::SPREAD { block * floats } else { 0 });
    for first in (0..pixels).step_by(block) {
        let count = block.min(pixels - first);
        unsafe {
            let mut from = source.as_ptr().add(first * product.stride_in);
            if L::SPREAD {
                spread_out::<L>(product, from, spread.as_mut_ptr(), count);
                from = spread.as_ptr();
            }
            let to = target.as_mut_ptr().add(first * product.layer.stride_out());
            for panel in (0..panels).step_by(at_once) {
                for channel in (0..PANEL).step_by(2 * L::WIDTH) {
                    if panel + at_once <= panels {
                        rows::<L, 2>(product, from, to, count, panel * PANEL + channel);
                    } else {
                        rows::<L, 1>(product, from, to, count, panel * PANEL + channel);
                    }
                }
            }
        }
    }
}

/// How many of the pixels left make the next tile.
#[inline(always)]
fn tile_rows<L: Lanes>(left: usize) -> usize {
    let sizes = match L::ROWS {
        14 => [14, 7, 4, 2, 1],
        3 => [3, 2, 1, 1, 1],
        most => [most, 4, 2, 1, 1],
    };
    sizes.into_iter().find(|size| *size <= left).unwrap_or(1)
}

/// Each input in all lanes of a register, in the order in which the tiles read them.
#[inline(always)]
unsafe fn spread_out<L: Lanes>(product: Product, from: *const f32, to: *mut f32, pixels: usize) {
    let mut at = 0;
    while at < pixels {
        let rows = tile_rows::<L>(pixels - at);
        unsafe {
            let from = from.add(at * product.stride_in);
            let to = to.add(at * product.depth * L::WIDTH);
            match rows {
                6 if L::ROWS == 6 => spread_tile::<L, 6>(product, from, to),
                3 if L::ROWS == 3 => spread_tile::<L, 3>(product, from, to),
                4 if L::ROWS > 3 => spread_tile::<L, 4>(product, from, to),
                2 => spread_tile::<L, 2>(product, from, to),
                _ => spread_tile::<L, 1>(product, from, to),
            }
        }
        at += rows;
    }
}

/// The inputs of `R` pixels.
#[inline(always)]
unsafe fn spread_tile<L: Lanes, const R: usize>(product: Product, from: *const f32, to: *mut f32) {
    for k in 0..product.depth {
        unrolled!(R, |ROW| unsafe {
            let value = L::load_splat(from.add(ROW * product.stride_in + k));
            value.store(to.add((k * R + ROW) * L::WIDTH));
        });
    }
}

/// All pixels of a block, `N` registers of channels from `channel` on.
#[inline(always)]
unsafe fn rows<L: Lanes, const N: usize>(
    product: Product,
    source: *const f32,
    target: *mut f32,
    pixels: usize,
    channel: usize,
) {
    let Product {
        layer,
        depth,
        stride_in,
    } = product;
    let stride = if L::SPREAD {
        depth * L::WIDTH
    } else {
        stride_in
    };
    let mut at = 0;
    unsafe {
        let weights = layer
            .weights
            .as_ptr()
            .add(channel / PANEL * depth * PANEL + channel % PANEL);
        let bias = layer.bias.as_ptr().add(channel);
        while at < pixels {
            let from = source.add(at * stride);
            let to = target.add(at * layer.stride_out() + channel);
            let rows = tile_rows::<L>(pixels - at);
            match rows {
                14 if const { L::ROWS == 14 } => tile::<L, 14, N>(product, from, weights, bias, to),
                7 if const { L::ROWS == 14 } => tile::<L, 7, N>(product, from, weights, bias, to),
                6 if const { L::ROWS == 6 } => tile::<L, 6, N>(product, from, weights, bias, to),
                3 if const { L::ROWS == 3 } => tile::<L, 3, N>(product, from, weights, bias, to),
                4 if const { L::ROWS > 3 } => tile::<L, 4, N>(product, from, weights, bias, to),
                2 => tile::<L, 2, N>(product, from, weights, bias, to),
                _ => tile::<L, 1, N>(product, from, weights, bias, to),
            }
            at += rows;
        }
    }
}

/// `R` pixels by `N` registers of channels, all sums in registers.
#[inline(always)]
unsafe fn tile<L: Lanes, const R: usize, const N: usize>(
    product: Product,
    from: *const f32,
    weights: *const f32,
    bias: *const f32,
    to: *mut f32,
) {
    let Product {
        layer,
        depth,
        stride_in,
    } = product;
    // Where the n-th register's channels are, in the weights and in a pixel.
    let jump = if L::WIDTH >= PANEL {
        depth * PANEL
    } else {
        L::WIDTH
    };
    // Read beforehand: for all that the compiler knows, what is written is a part of the layer.
    let Layer { add, low, high, .. } = *layer;
    let stride_out = layer.stride_out();
    unsafe {
        let (low, high) = (L::splat(low), L::splat(high));
        let mut sums = [[L::splat(0.0); N]; R];
        unrolled!(N, |CHANNELS| {
            let start = L::load(bias.add(CHANNELS * L::WIDTH));
            unrolled!(R, |ROW| sums[ROW][CHANNELS] = start);
        });
        // Takes one input of every pixel.
        macro_rules! take {
            ($from:expr, $weight:expr) => {
                let (from, weight): (*const f32, *const f32) = ($from, $weight);
                let mut factors = [L::splat(0.0); N];
                unrolled!(N, |CHANNELS| factors[CHANNELS] =
                    L::load(weight.add(CHANNELS * jump)));
                unrolled!(R, |ROW| {
                    let value = if L::SPREAD {
                        L::load(from.add(ROW * L::WIDTH))
                    } else {
                        L::load_splat(from.add(ROW * stride_in))
                    };
                    unrolled!(N, |CHANNELS| {
                        // The value first: cranelift's multiply-add overwrites its first operand,
                        // and factors are used again.
                        sums[ROW][CHANNELS] = value.mul_add(factors[CHANNELS], sums[ROW][CHANNELS]);
                    });
                });
            };
        }
        let step = if L::SPREAD { R * L::WIDTH } else { 1 };
        if cfg!(target_arch = "wasm32") {
            let (mut from, mut weight) = (from, weights);
            let end = weights.add(depth * PANEL);
            'inputs: loop {
                for _ in 0..STEPS {
                    take!(from, weight);
                    from = from.add(step);
                    weight = weight.add(PANEL);
                    if weight == end {
                        break 'inputs;
                    }
                }
            }
        } else {
            // Counted: left by its pointers, the loop takes half as long again with SSE2.
            for k in 0..depth {
                take!(from.add(k * step), weights.add(k * PANEL));
            }
        }
        if add {
            unrolled!(R, |ROW| {
                unrolled!(N, |CHANNELS| {
                    let former = L::load(to.add(ROW * stride_out + CHANNELS * L::WIDTH));
                    sums[ROW][CHANNELS] = sums[ROW][CHANNELS].add(former);
                });
            });
        }
        unrolled!(R, |ROW| {
            unrolled!(N, |CHANNELS| {
                let sum = sums[ROW][CHANNELS].at_least(low).at_most(high);
                sum.store(to.add(ROW * stride_out + CHANNELS * L::WIDTH));
            });
        });
    }
}

/// Each channel by itself. `source` begins with the input's row `first_row`, `target` with the first of
/// the output's rows.
#[inline(always)]
pub unsafe fn depthwise<L: Lanes>(
    layer: &Layer,
    rows: Range<usize>,
    first_row: usize,
    source: &[f32],
    target: &mut [f32],
) {
    let Layer {
        size_in,
        size_out,
        kernel,
        stride,
        pad,
        ..
    } = *layer;
    // The columns whose windows lie inside.
    let first = pad.div_ceil(stride);
    let last = if size_in + pad >= kernel {
        ((size_in + pad - kernel) / stride + 1).min(size_out)
    } else {
        0
    };
    for (row, target) in rows.zip(target.chunks_exact_mut(layer.row_out())) {
        let part = Part {
            source: source.as_ptr(),
            first_row,
            target: target.as_mut_ptr(),
        };
        let rows_inside = row * stride >= pad && row * stride + kernel <= size_in + pad;
        let mut column = 0;
        while column < size_out {
            let inside = |pixels| rows_inside && column >= first && column + pixels <= last;
            unsafe {
                column += match (kernel, stride) {
                    (3, 1) if inside(4) => window::<L, 4, 6, 3, 1>(layer, part, row, column),
                    (3, 2) if inside(2) => window::<L, 2, 5, 3, 2>(layer, part, row, column),
                    (5, 1) if inside(4) => window::<L, 4, 8, 5, 1>(layer, part, row, column),
                    (5, 2) if inside(2) => window::<L, 2, 7, 5, 2>(layer, part, row, column),
                    _ => edge::<L>(layer, part, row, column),
                };
            }
        }
    }
}

/// The input from a row on, and a row of the output.
#[derive(Clone, Copy)]
struct Part {
    source: *const f32,
    first_row: usize,
    target: *mut f32,
}

/// `T` pixels side by side, from windows of `K` x `K` that lie inside and together span `W` columns.
#[inline(always)]
unsafe fn window<L: Lanes, const T: usize, const W: usize, const K: usize, const S: usize>(
    layer: &Layer,
    part: Part,
    row: usize,
    column: usize,
) -> usize {
    let channels = layer.stride_out();
    unsafe {
        let first = row * S - layer.pad - part.first_row;
        let from = part
            .source
            .add((first * layer.size_in + column * S - layer.pad) * channels);
        let to = part.target.add(column * channels);
        let (low, high) = (L::splat(layer.low), L::splat(layer.high));
        for channel in (0..channels).step_by(L::WIDTH) {
            let mut sums = [L::load(layer.bias.as_ptr().add(channel)); T];
            unrolled!(K, |Y| {
                let line = from.add(Y * layer.size_in * channels + channel);
                let mut values = [low; W];
                unrolled!(W, |X| values[X] = L::load(line.add(X * channels)));
                unrolled!(K, |X| {
                    let weight = layer.weights.as_ptr().add((Y * K + X) * channels + channel);
                    let factor = L::load(weight);
                    unrolled!(T, |AT| sums[AT] =
                        factor.mul_add(values[AT * S + X], sums[AT]));
                });
            });
            unrolled!(T, |AT| {
                sums[AT]
                    .at_least(low)
                    .at_most(high)
                    .store(to.add(AT * channels + channel));
            });
        }
    }
    T
}

/// One pixel whose window may lie partly outside.
#[inline(always)]
unsafe fn edge<L: Lanes>(layer: &Layer, part: Part, row: usize, column: usize) -> usize {
    let Layer {
        size_in,
        kernel,
        stride,
        pad,
        ..
    } = *layer;
    let channels = layer.stride_out();
    let inside = |at: usize| {
        let start = pad.saturating_sub(at * stride);
        start..(size_in + pad).saturating_sub(at * stride).min(kernel)
    };
    unsafe {
        let to = part.target.add(column * channels);
        let (low, high) = (L::splat(layer.low), L::splat(layer.high));
        for channel in (0..channels).step_by(L::WIDTH) {
            let mut sum = L::load(layer.bias.as_ptr().add(channel));
            for y in inside(row) {
                for x in inside(column) {
                    let line = row * stride + y - pad - part.first_row;
                    let pixel = line * size_in + column * stride + x - pad;
                    let value = L::load(part.source.add(pixel * channels + channel));
                    let factor = L::load(
                        layer
                            .weights
                            .as_ptr()
                            .add((y * kernel + x) * channels + channel),
                    );
                    sum = factor.mul_add(value, sum);
                }
            }
            sum.at_least(low).at_most(high).store(to.add(channel));
        }
    }
    1
}

/// The mean of every channel over the map.
#[inline(always)]
pub unsafe fn pool<L: Lanes>(layer: &Layer, source: &[f32], target: &mut [f32]) {
    let channels = layer.stride_out();
    let pixels = layer.size_in * layer.size_in;
    unsafe {
        let share = L::splat(1.0 / pixels as f32);
        for channel in (0..channels).step_by(L::WIDTH) {
            let mut sum = L::splat(0.0);
            for pixel in 0..pixels {
                sum = sum.add(L::load(source.as_ptr().add(pixel * channels + channel)));
            }
            share.mul(sum).store(target.as_mut_ptr().add(channel));
        }
    }
}

/// The exponentials' shares.
pub fn softmax<N: Number>(layer: &Layer<N>, source: &[f32], target: &mut [f32]) {
    let scores = &source[..layer.channels_out];
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let target = &mut target[..layer.channels_out];
    for (share, score) in target.iter_mut().zip(scores) {
        *share = (score - largest).exp();
    }
    let sum: f32 = target.iter().sum();
    target.iter_mut().for_each(|share| *share /= sum);
}
