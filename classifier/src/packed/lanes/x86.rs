//! x86-64: of two operands, max and min give the second where one is NaN.

use std::arch::x86_64::*;

super::lanes!(
    Avx512: 16 floats, 14 rows, spread: false, in __m512;
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    (|from: *const f32| _mm512_set1_ps(*from)),
    _mm512_add_ps,
    _mm512_mul_ps,
    _mm512_fmadd_ps,
    (|value, low| _mm512_max_ps(low, value)),
    (|value, high| _mm512_min_ps(high, value))
);

super::lanes!(
    Avx2: 8 floats, 6 rows, spread: false, in __m256;
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    (|from: *const f32| _mm256_set1_ps(*from)),
    _mm256_add_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps,
    (|value, low| _mm256_max_ps(low, value)),
    (|value, high| _mm256_min_ps(high, value))
);

super::lanes!(
    /// What every x86-64 has; with FMA where the compiler is told that the processor has it.
    Sse2: 4 floats, 6 rows, spread: cfg!(not(target_feature = "avx")), in __m128;
    _mm_loadu_ps,
    _mm_storeu_ps,
    _mm_set1_ps,
    (|from: *const f32| _mm_set1_ps(*from)),
    _mm_add_ps,
    _mm_mul_ps,
    sse2_mul_add,
    (|value, low| _mm_max_ps(low, value)),
    (|value, high| _mm_min_ps(high, value))
);

#[cfg(target_feature = "fma")]
use _mm_fmadd_ps as sse2_mul_add;

#[cfg(not(target_feature = "fma"))]
#[inline(always)]
fn sse2_mul_add(a: __m128, b: __m128, c: __m128) -> __m128 {
    unsafe { _mm_add_ps(_mm_mul_ps(a, b), c) }
}
