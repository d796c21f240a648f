//! 64-bit ARM: max and min give NaN where one operand is NaN.

use std::arch::aarch64::*;

super::lanes!(
    Neon: 4 floats, 14 rows, spread: false, in float32x4_t;
    vld1q_f32,
    vst1q_f32,
    vdupq_n_f32,
    vld1q_dup_f32,
    vaddq_f32,
    vmulq_f32,
    (|a, b, c| vfmaq_f32(c, a, b)),
    vmaxq_f32,
    vminq_f32
);
