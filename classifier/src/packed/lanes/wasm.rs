//! WebAssembly: pmax and pmin give the first operand where one is NaN; they are one instruction in
//! the engines where max and min, which order NaN and zeros, are several.

use std::arch::wasm32::*;

super::lanes!(
    /// With relaxed SIMD where the compiler is told that the engine has it.
    Simd128: 4 floats, ROWS rows, spread: true, in v128;
    (|from: *const f32| v128_load(from.cast())),
    (|to: *mut f32, value| v128_store(to.cast(), value)),
    f32x4_splat,
    (|from: *const f32| v128_load32_splat(from.cast())),
    f32x4_add,
    f32x4_mul,
    mul_add,
    f32x4_pmax,
    f32x4_pmin
);

/// Relaxed SIMD's multiply-add takes a register more in cranelift, which with four rows spills.
const ROWS: usize = if cfg!(target_feature = "relaxed-simd") {
    3
} else {
    4
};

#[cfg(target_feature = "relaxed-simd")]
use f32x4_relaxed_madd as mul_add;

#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
fn mul_add(a: v128, b: v128, c: v128) -> v128 {
    f32x4_add(f32x4_mul(a, b), c)
}
