//! x86-64. Products of two add up exactly in 32 bits (`pmaddwd`), after both sides were widened; those
//! of four bytes exactly with VNNI, and by `pmaddubsw` where levels have 7 bits.

use std::arch::x86_64::*;

use super::{ROUNDER, Sums};
use crate::packed::lanes::x86::{Avx2 as Floats8, Avx512 as Floats16, Sse2 as Floats4};

/// What a level is after rounding, beside what was rounded.
#[inline(always)]
fn lift(zero: i32) -> i32 {
    zero.wrapping_sub(ROUNDER.to_bits() as i32)
}

#[inline(always)]
unsafe fn four(from: *const u8) -> i32 {
    unsafe { from.cast::<i32>().read_unaligned() }
}

/// The first and third, and the second and fourth, of four signed bytes a lane, widened.
macro_rules! halves {
    ($weights:expr, $shift_left:ident, $shift_right:ident) => {{
        let weights = $weights;
        [
            $shift_right::<8>($shift_left::<8>(weights)),
            $shift_right::<8>(weights),
        ]
    }};
}

/// 128 bits: SSE2 alone.
#[derive(Clone, Copy)]
pub struct Sse2(__m128i);

impl Sums for Sse2 {
    const ROWS: usize = 4;
    type Floats = Floats4;
    type Weights = [__m128i; 2];
    type Levels = [__m128i; 2];

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { _mm_loadu_si128(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn weights(from: *const i8) -> Self::Weights {
        unsafe { halves!(_mm_loadu_si128(from.cast()), _mm_slli_epi16, _mm_srai_epi16) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u8) -> Self::Levels {
        unsafe { Self::widened(_mm_set1_epi32(four(from))) }
    }
    #[inline(always)]
    unsafe fn zip(from: [*const u8; 4]) -> Self::Levels {
        unsafe {
            let [a, b, c, d] = from.map(|place| _mm_cvtsi32_si128(four(place)));
            Self::widened(_mm_unpacklo_epi16(
                _mm_unpacklo_epi8(a, b),
                _mm_unpacklo_epi8(c, d),
            ))
        }
    }
    #[inline(always)]
    unsafe fn dot(self, weights: Self::Weights, levels: Self::Levels) -> Self {
        unsafe {
            let even = _mm_madd_epi16(weights[0], levels[0]);
            let odd = _mm_madd_epi16(weights[1], levels[1]);
            Self(_mm_add_epi32(_mm_add_epi32(self.0, even), odd))
        }
    }
    #[inline(always)]
    unsafe fn widen(from: *const u8) -> Self {
        unsafe {
            let zero = _mm_setzero_si128();
            let levels = _mm_unpacklo_epi8(_mm_cvtsi32_si128(four(from)), zero);
            Self(_mm_unpacklo_epi16(levels, zero))
        }
    }
    #[inline(always)]
    unsafe fn floats(self) -> Floats4 {
        Floats4(unsafe { _mm_cvtepi32_ps(self.0) })
    }
    #[inline(always)]
    unsafe fn store(rounded: Floats4, zero: i32, to: *mut u8) {
        unsafe {
            let levels = _mm_add_epi32(_mm_castps_si128(rounded.0), _mm_set1_epi32(lift(zero)));
            let levels = _mm_packs_epi32(levels, levels);
            let levels = _mm_cvtsi128_si32(_mm_packus_epi16(levels, levels));
            to.cast::<i32>().write_unaligned(levels);
        }
    }
}

impl Sse2 {
    #[inline(always)]
    unsafe fn widened(levels: __m128i) -> [__m128i; 2] {
        unsafe {
            [
                _mm_and_si128(levels, _mm_set1_epi16(0xFF)),
                _mm_srli_epi16::<8>(levels),
            ]
        }
    }
}

/// 256 bits; `SEVEN` where levels have 7 bits.
#[derive(Clone, Copy)]
pub struct Avx2<const SEVEN: bool>(__m256i);

impl<const SEVEN: bool> Sums for Avx2<SEVEN> {
    const ROWS: usize = 4;
    type Floats = Floats8;
    type Weights = [__m256i; 2];
    type Levels = [__m256i; 2];

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { _mm256_loadu_si256(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm256_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn weights(from: *const i8) -> Self::Weights {
        unsafe {
            let weights = _mm256_loadu_si256(from.cast());
            if SEVEN {
                return [weights; 2];
            }
            halves!(weights, _mm256_slli_epi16, _mm256_srai_epi16)
        }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u8) -> Self::Levels {
        unsafe { Self::widened(_mm256_set1_epi32(four(from))) }
    }
    #[inline(always)]
    unsafe fn zip(from: [*const u8; 4]) -> Self::Levels {
        unsafe {
            let [a, b, c, d] = from.map(|place| _mm_loadl_epi64(place.cast()));
            let (ab, cd) = (_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d));
            Self::widened(_mm256_set_m128i(
                _mm_unpackhi_epi16(ab, cd),
                _mm_unpacklo_epi16(ab, cd),
            ))
        }
    }
    #[inline(always)]
    unsafe fn dot(self, weights: Self::Weights, levels: Self::Levels) -> Self {
        unsafe {
            if SEVEN {
                let pairs = _mm256_maddubs_epi16(levels[0], weights[0]);
                let fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
                return Self(_mm256_add_epi32(self.0, fours));
            }
            let even = _mm256_madd_epi16(weights[0], levels[0]);
            let odd = _mm256_madd_epi16(weights[1], levels[1]);
            Self(_mm256_add_epi32(_mm256_add_epi32(self.0, even), odd))
        }
    }
    #[inline(always)]
    unsafe fn widen(from: *const u8) -> Self {
        Self(unsafe { _mm256_cvtepu8_epi32(_mm_loadl_epi64(from.cast())) })
    }
    #[inline(always)]
    unsafe fn floats(self) -> Floats8 {
        Floats8(unsafe { _mm256_cvtepi32_ps(self.0) })
    }
    #[inline(always)]
    unsafe fn store(rounded: Floats8, zero: i32, to: *mut u8) {
        unsafe {
            let lifted = _mm256_set1_epi32(lift(zero));
            let levels = _mm256_add_epi32(_mm256_castps_si256(rounded.0), lifted);
            let (low, high) = (
                _mm256_castsi256_si128(levels),
                _mm256_extracti128_si256::<1>(levels),
            );
            let levels = _mm_packs_epi32(low, high);
            _mm_storel_epi64(to.cast(), _mm_packus_epi16(levels, levels));
        }
    }
}

impl<const SEVEN: bool> Avx2<SEVEN> {
    #[inline(always)]
    unsafe fn widened(levels: __m256i) -> [__m256i; 2] {
        unsafe {
            if SEVEN {
                return [levels; 2];
            }
            [
                _mm256_and_si256(levels, _mm256_set1_epi16(0xFF)),
                _mm256_srli_epi16::<8>(levels),
            ]
        }
    }
}

/// 512 bits with VNNI.
#[derive(Clone, Copy)]
pub struct Vnni(__m512i);

impl Sums for Vnni {
    const ROWS: usize = 8;
    type Floats = Floats16;
    type Weights = __m512i;
    type Levels = __m512i;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { _mm512_loadu_si512(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn weights(from: *const i8) -> Self::Weights {
        unsafe { _mm512_loadu_si512(from.cast()) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u8) -> Self::Levels {
        unsafe { _mm512_set1_epi32(four(from)) }
    }
    #[inline(always)]
    unsafe fn zip(from: [*const u8; 4]) -> Self::Levels {
        unsafe {
            let [a, b, c, d] = from.map(|place| _mm_loadu_si128(place.cast()));
            let (ab, cd) = (_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d));
            let levels = _mm512_castsi128_si512(_mm_unpacklo_epi16(ab, cd));
            let levels = _mm512_inserti32x4::<1>(levels, _mm_unpackhi_epi16(ab, cd));
            let (ab, cd) = (_mm_unpackhi_epi8(a, b), _mm_unpackhi_epi8(c, d));
            let levels = _mm512_inserti32x4::<2>(levels, _mm_unpacklo_epi16(ab, cd));
            _mm512_inserti32x4::<3>(levels, _mm_unpackhi_epi16(ab, cd))
        }
    }
    #[inline(always)]
    unsafe fn dot(self, weights: Self::Weights, levels: Self::Levels) -> Self {
        Self(unsafe { _mm512_dpbusd_epi32(self.0, levels, weights) })
    }
    #[inline(always)]
    unsafe fn widen(from: *const u8) -> Self {
        Self(unsafe { _mm512_cvtepu8_epi32(_mm_loadu_si128(from.cast())) })
    }
    #[inline(always)]
    unsafe fn floats(self) -> Floats16 {
        Floats16(unsafe { _mm512_cvtepi32_ps(self.0) })
    }
    #[inline(always)]
    unsafe fn store(rounded: Floats16, zero: i32, to: *mut u8) {
        unsafe {
            let lifted = _mm512_set1_epi32(lift(zero));
            let levels = _mm512_add_epi32(_mm512_castps_si512(rounded.0), lifted);
            _mm_storeu_si128(to.cast(), _mm512_cvtepi32_epi8(levels));
        }
    }
}
