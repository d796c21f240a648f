//! Depthwise convolutions of integers.
//!
//! # Safety
//! As of `kernels.rs`.

use std::ops::Range;

use super::format::Layer;
use super::lanes::Sums;
use super::products::widen;
use super::targets::{Levels, Target};
use crate::packed::format::Number;
use crate::packed::kernels::{grown, unrolled};

/// Room for what is the same for all pixels, used again by every layer.
#[derive(Debug, Default)]
pub struct Scratch {
    /// A pixel outside the map.
    outside: Vec<u8>,
    /// Weights of 16 bits.
    weights: Vec<u32>,
}

/// Each channel by itself. `source` begins with the input's row `first_row`, `target` with the first of
/// the output's rows. In wasm a function of its own, as `multiply`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub unsafe fn filter<S: Sums>(
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
    let inside = shape.inside();
    // Where a row of the input begins, and how far apart its pixels are.
    let line = |y: usize| {
        if inside.contains(&y) {
            let from = (y - shape.pad - first_row) * shape.row_in();
            (source[from..].as_ptr(), channels)
        } else {
            (outside.as_ptr(), 0)
        }
    };
    if S::PRODUCTS == 2 && shape.kernel == 3 && shape.stride <= 2 {
        let weights = grown(&mut scratch.weights, COLUMN.len() * channels);
        unsafe { in_columns::<S>(shape.weights.as_ptr(), channels, weights) }
        // What is written may be weights, for all that the compiler is to know: it would read them
        // before the loop and keep them where there are no registers left.
        let weights = std::hint::black_box(weights.as_ptr());
        let target = std::hint::black_box(target);
        for (row, target) in rows.zip(target.chunks_exact_mut(shape.row_out())) {
            let lines = [0, 1, 2].map(|y| line(row * shape.stride + y));
            unsafe {
                let target = Levels::new(layer, false, target);
                match shape.stride {
                    1 => columns::<S, 1>(layer, weights, lines, outside, target),
                    _ => columns::<S, 2>(layer, weights, lines, outside, target),
                }
            }
        }
    } else {
        unsafe { pixels::<S>(layer, rows, line, outside, target, &mut scratch.weights) }
    }
}

/// Pixel by pixel, with windows of any size; `line` tells of a row of the input where it begins and how
/// far apart its pixels are.
#[inline(always)]
unsafe fn pixels<S: Sums>(
    layer: &Layer,
    rows: Range<usize>,
    line: impl Fn(usize) -> (*const u8, usize),
    outside: &[u8],
    target: &mut [u8],
    scratch: &mut Vec<u32>,
) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    let inside = shape.inside();
    let weights = if S::PRODUCTS == i8::GROUP {
        shape.weights.as_ptr().cast()
    } else {
        let widened = grown(scratch, shape.depth() / S::PRODUCTS * channels);
        unsafe { widen::<S>(shape.weights.as_ptr(), channels, channels, widened) }
        widened.as_ptr()
    };
    // Where the rows of a window begin, and how far apart their pixels are.
    let mut lines = vec![(outside.as_ptr(), 0); shape.kernel];
    // The places of a window's levels, whole steps.
    let window = shape.kernel * shape.kernel;
    let mut taps = vec![outside.as_ptr(); window.next_multiple_of(S::PRODUCTS)];
    for (row, target) in rows.zip(target.chunks_exact_mut(shape.row_out())) {
        for (y, at) in lines.iter_mut().enumerate() {
            *at = line(row * shape.stride + y);
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
                    1 => pixel::<S, 1>(layer, weights, &taps, target, column * channels),
                    _ => pixel::<S, 2>(layer, weights, &taps, target, column * channels),
                }
            }
        }
    }
}

/// Taps of a window of 3x3, two by two: of each column the upper two, then of each the last alone.
const COLUMN: [(usize, Option<usize>); 6] = [
    (0, Some(3)),
    (1, Some(4)),
    (2, Some(5)),
    (6, None),
    (7, None),
    (8, None),
];

/// A window's weights of 16 bits in the order of `COLUMN`: those of two registers' channels, side by
/// side, then the next two's.
#[inline(always)]
unsafe fn in_columns<S: Sums>(weights: *const i8, channels: usize, to: &mut [u32]) {
    let lanes = 2 * S::WIDTH;
    for (block, to) in to.chunks_exact_mut(COLUMN.len() * lanes).enumerate() {
        for lane in 0..lanes {
            let tap = |tap: usize| {
                let group = tap / i8::GROUP * channels + block * lanes + lane;
                u32::from(
                    unsafe { *weights.add(group * i8::GROUP + tap % i8::GROUP) } as i16 as u16,
                )
            };
            for (pair, (low, high)) in COLUMN.into_iter().enumerate() {
                to[pair * lanes + lane] = tap(low) | high.map_or(0, |high| tap(high) << 16);
            }
        }
    }
}

/// A row, from windows of 3x3, two registers of channels at a time from left to right: what a column
/// of the input is zipped to serves all windows that it is in.
#[inline(always)]
unsafe fn columns<S: Sums, const STRIDE: usize>(
    layer: &Layer,
    weights: *const u32,
    lines: [(*const u8, usize); 3],
    outside: &[u8],
    target: Levels<S>,
) {
    let shape = &layer.layer;
    let channels = shape.stride_out();
    for channel in (0..channels).step_by(2 * S::WIDTH) {
        unsafe {
            let bias = shape.bias.as_ptr().add(channel);
            let start = [S::load(bias), S::load(bias.add(S::WIDTH))];
            let weights = weights.add(COLUMN.len() * channel);
            // From the left edge on, which may lie outside.
            let mut next = 0;
            let mut at = lines.map(|(line, step)| line.wrapping_sub(shape.pad * step));
            let mut zip = || {
                let inside = shape.inside().contains(&next);
                let [a, b, c] = at.map(|at| if inside { at } else { outside.as_ptr() });
                for (at, (_, step)) in at.iter_mut().zip(lines) {
                    *at = at.wrapping_add(step);
                }
                next += 1;
                // The lowest row's with any other: that weight is 0.
                [
                    S::zip([a, b].as_ptr(), channel),
                    S::zip([c, a].as_ptr(), channel),
                ]
            };
            // A column that is the window's `x`th.
            let take = |mut sums: [S; 2], zips: [[S::Factors; 2]; 2], x: usize| {
                for (part, [low, high]) in zips.into_iter().enumerate() {
                    let weights = weights.add((3 * part + x) * 2 * S::WIDTH);
                    sums = [
                        sums[0].dot(S::factors(weights), low),
                        sums[1].dot(S::factors(weights.add(S::WIDTH)), high),
                    ];
                }
                sums
            };
            let mut place = channel;
            let mut put = |sums| {
                target.take(layer, channel, place, [sums]);
                place += channels;
            };
            if STRIDE == 1 {
                let [mut first, mut second] = [start; 2];
                for column in 0..shape.size_out + 2 {
                    let zips = zip();
                    if column >= 2 {
                        put(take(first, zips, 2));
                    }
                    first = take(second, zips, 1);
                    second = take(start, zips, 0);
                }
            } else {
                let mut last = zip();
                for _ in 0..shape.size_out {
                    let sums = take(start, last, 0);
                    let sums = take(sums, zip(), 1);
                    last = zip();
                    put(take(sums, last, 2));
                }
            }
        }
    }
}

/// One pixel, from the places of the levels of its window, `N` registers of channels at a time.
#[inline(always)]
unsafe fn pixel<S: Sums, const N: usize>(
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
