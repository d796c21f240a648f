//! Where sums go.

use super::format::Layer;
use super::lanes::{ROUNDER, Sums};
use crate::packed::kernels::unrolled;
use crate::packed::lanes::Lanes;

/// What becomes of the sums of `R` pixels and `N` registers of channels.
pub trait Target<S: Sums>: Copy {
    /// Take the sums of the channels from `channel` on, whose first pixel's place is `at`.
    ///
    /// # Safety
    /// As of the kernels.
    unsafe fn take<const R: usize, const N: usize>(
        self,
        layer: &Layer,
        channel: usize,
        at: usize,
        sums: [[S; N]; R],
    );
}

/// Sums times their factors.
#[inline(always)]
unsafe fn scaled<S: Sums, const R: usize, const N: usize>(
    layer: &Layer,
    channel: usize,
    sums: [[S; N]; R],
) -> [[S::Floats; N]; R] {
    unsafe {
        let factors = layer.factors.as_ptr().add(channel);
        let mut values = [[S::Floats::load(factors); N]; R];
        unrolled!(N, |AT| {
            let factors = S::Floats::load(factors.add(AT * S::WIDTH));
            unrolled!(R, |ROW| values[ROW][AT] =
                sums[ROW][AT].floats().mul(factors));
        });
        values
    }
}

/// Levels of a map, rounded; what is there before may be added.
///
/// It holds what it needs of the layer: for all that the compiler knows, what is written is a part of that.
#[derive(Clone, Copy)]
pub struct Levels<S: Sums> {
    to: *mut u8,
    add: bool,
    added_zero: S::Floats,
    added_factor: S::Floats,
    low: S::Floats,
    high: S::Floats,
    rounder: S::Floats,
    zero: i32,
}

impl<S: Sums> Levels<S> {
    /// # Safety
    /// As of the kernels.
    #[inline(always)]
    pub unsafe fn new(layer: &Layer, add: bool, to: &mut [u8]) -> Self {
        let shape = &layer.layer;
        let splat = |value| unsafe { S::Floats::splat(value) };
        Self {
            to: to.as_mut_ptr(),
            add,
            added_zero: splat(-layer.added_zero),
            added_factor: splat(layer.added_factor),
            low: splat(shape.low),
            high: splat(shape.high),
            rounder: splat(ROUNDER),
            zero: -shape.low as i32,
        }
    }
}

impl<S: Sums> Target<S> for Levels<S> {
    #[inline(always)]
    unsafe fn take<const R: usize, const N: usize>(
        self,
        layer: &Layer,
        channel: usize,
        at: usize,
        sums: [[S; N]; R],
    ) {
        let stride = layer.layer.stride_out();
        unsafe {
            let mut values = scaled(layer, channel, sums);
            let to = self.to.add(at);
            if self.add {
                unrolled!(R, |ROW| {
                    unrolled!(N, |AT| {
                        let former = S::widen(to.add(ROW * stride + AT * S::WIDTH)).floats();
                        let former = former.add(self.added_zero).mul(self.added_factor);
                        values[ROW][AT] = values[ROW][AT].add(former);
                    });
                });
            }
            unrolled!(R, |ROW| {
                unrolled!(N, |AT| {
                    let value = values[ROW][AT].at_least(self.low).at_most(self.high);
                    values[ROW][AT] = value.add(self.rounder);
                });
                let to = to.add(ROW * stride);
                if N == 2 {
                    S::store_two([values[ROW][0], values[ROW][N - 1]], self.zero, to);
                } else {
                    unrolled!(N, |AT| S::store(
                        values[ROW][AT],
                        self.zero,
                        to.add(AT * S::WIDTH)
                    ));
                }
            });
        }
    }
}

/// The scores of the classes.
#[derive(Clone, Copy)]
pub struct Scores(pub *mut f32);

impl<S: Sums> Target<S> for Scores {
    #[inline(always)]
    unsafe fn take<const R: usize, const N: usize>(
        self,
        layer: &Layer,
        channel: usize,
        at: usize,
        sums: [[S; N]; R],
    ) {
        let stride = layer.layer.stride_out();
        unsafe {
            let values = scaled(layer, channel, sums);
            unrolled!(R, |ROW| {
                unrolled!(N, |AT| {
                    values[ROW][AT].store(self.0.add(at + ROW * stride + AT * S::WIDTH));
                });
            });
        }
    }
}
