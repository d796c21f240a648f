//! x86-64. Products of two add up exactly in 32 bits (`pmaddwd`); those of four bytes with VNNI, and by
//! `pmaddubsw` where levels have 7 bits.

use std::arch::x86_64::*;

use super::{ROUNDER, Sums};
use crate::packed::lanes::x86::{Avx2 as Floats8, Avx512 as Floats16, Sse2 as Floats4};

/// What a level is after rounding, beside what was rounded.
#[inline(always)]
fn lift(zero: i32) -> i32 {
    zero.wrapping_sub(ROUNDER.to_bits() as i32)
}

#[inline(always)]
unsafe fn word(from: *const u32) -> i32 {
    unsafe { from.read_unaligned().cast_signed() }
}

/// The `index`th pixel's channels from the `channel`th on.
#[inline(always)]
unsafe fn place<T>(pixels: *const *const u8, index: usize, channel: usize) -> *const T {
    unsafe { (*pixels.add(index)).add(channel).cast() }
}

/// 128 bits: SSE2 alone.
#[derive(Clone, Copy)]
pub struct Sse2(__m128i);

impl Sums for Sse2 {
    const ROWS: usize = 4;
    const PRODUCTS: usize = 2;
    const ZIPPED: usize = 2;
    type Floats = Floats4;
    type Factors = __m128i;
    type Depthwise = Self;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { _mm_loadu_si128(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn factors(from: *const u32) -> __m128i {
        unsafe { _mm_loadu_si128(from.cast()) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u32) -> __m128i {
        unsafe { _mm_set1_epi32(word(from)) }
    }
    #[inline(always)]
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [__m128i; 2] {
        unsafe {
            let [a, b] = [0, 1].map(|index| _mm_loadl_epi64(place(pixels, index, channel)));
            let (zipped, zero) = (_mm_unpacklo_epi8(a, b), _mm_setzero_si128());
            [
                _mm_unpacklo_epi8(zipped, zero),
                _mm_unpackhi_epi8(zipped, zero),
            ]
        }
    }
    #[inline(always)]
    unsafe fn dot(self, weights: __m128i, levels: __m128i) -> Self {
        Self(unsafe { _mm_add_epi32(self.0, _mm_madd_epi16(weights, levels)) })
    }
    #[inline(always)]
    unsafe fn widen_weights(from: *const i8, to: [*mut u32; 2]) {
        unsafe {
            let four = _mm_loadu_si128(from.cast());
            let apart = _mm_shufflehi_epi16::<0xD8>(_mm_shufflelo_epi16::<0xD8>(four));
            let apart = _mm_shuffle_epi32::<0xD8>(apart);
            let low = _mm_srai_epi16::<8>(_mm_unpacklo_epi8(apart, apart));
            let high = _mm_srai_epi16::<8>(_mm_unpackhi_epi8(apart, apart));
            _mm_storeu_si128(to[0].cast(), low);
            _mm_storeu_si128(to[1].cast(), high);
        }
    }
    #[inline(always)]
    unsafe fn widen(from: *const u8) -> Self {
        unsafe {
            let zero = _mm_setzero_si128();
            let levels = _mm_unpacklo_epi8(_mm_cvtsi32_si128(word(from.cast())), zero);
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

/// 256 bits; `SEVEN` where levels have 7 bits.
#[derive(Clone, Copy)]
pub struct Avx2<const SEVEN: bool>(__m256i);

impl<const SEVEN: bool> Sums for Avx2<SEVEN> {
    const ROWS: usize = 4;
    const PRODUCTS: usize = if SEVEN { 4 } else { 2 };
    const PAIRED: bool = SEVEN;
    const ZIPPED: usize = 2;
    type Floats = Floats8;
    type Factors = __m256i;
    type Depthwise = Self;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { _mm256_loadu_si256(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm256_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn factors(from: *const u32) -> __m256i {
        unsafe { _mm256_loadu_si256(from.cast()) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u32) -> __m256i {
        unsafe { _mm256_set1_epi32(word(from)) }
    }
    #[inline(always)]
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [__m256i; 2] {
        unsafe {
            let levels = |index| _mm_loadu_si128(place(pixels, index, channel));
            let (a, b) = (levels(0), levels(1));
            let (low, high) = (_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b));
            if !SEVEN {
                return [_mm256_cvtepu8_epi16(low), _mm256_cvtepu8_epi16(high)];
            }
            let (c, d) = (levels(2), levels(3));
            [
                (low, _mm_unpacklo_epi8(c, d)),
                (high, _mm_unpackhi_epi8(c, d)),
            ]
            .map(|(ab, cd)| {
                _mm256_set_m128i(_mm_unpackhi_epi16(ab, cd), _mm_unpacklo_epi16(ab, cd))
            })
        }
    }
    #[inline(always)]
    unsafe fn dot(self, weights: __m256i, levels: __m256i) -> Self {
        unsafe {
            let products = if SEVEN {
                let pairs = _mm256_maddubs_epi16(levels, weights);
                _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))
            } else {
                _mm256_madd_epi16(weights, levels)
            };
            Self(_mm256_add_epi32(self.0, products))
        }
    }
    #[inline(always)]
    unsafe fn dot_two(self, weights: [__m256i; 2], levels: [__m256i; 2]) -> Self {
        unsafe {
            let pairs = [0, 1].map(|step| _mm256_maddubs_epi16(levels[step], weights[step]));
            let pairs = _mm256_add_epi16(pairs[0], pairs[1]);
            let products = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
            Self(_mm256_add_epi32(self.0, products))
        }
    }
    #[inline(always)]
    unsafe fn widen_weights(from: *const i8, to: [*mut u32; 2]) {
        unsafe {
            let four = _mm256_loadu_si256(from.cast());
            let apart = _mm256_shufflehi_epi16::<0xD8>(_mm256_shufflelo_epi16::<0xD8>(four));
            let apart = _mm256_shuffle_epi32::<0xD8>(apart);
            let low = _mm256_srai_epi16::<8>(_mm256_unpacklo_epi8(apart, apart));
            let high = _mm256_srai_epi16::<8>(_mm256_unpackhi_epi8(apart, apart));
            _mm256_storeu_si256(to[0].cast(), low);
            _mm256_storeu_si256(to[1].cast(), high);
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

/// 512 bits with VNNI.
#[derive(Clone, Copy)]
pub struct Vnni(__m512i);

impl Sums for Vnni {
    const ROWS: usize = 8;
    const PRODUCTS: usize = 4;
    const ZIPPED: usize = 1;
    type Floats = Floats16;
    type Factors = __m512i;
    type Depthwise = Self;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        Self(unsafe { _mm512_loadu_si512(from.cast()) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn factors(from: *const u32) -> __m512i {
        unsafe { _mm512_loadu_si512(from.cast()) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const u32) -> __m512i {
        unsafe { _mm512_set1_epi32(word(from)) }
    }
    #[inline(always)]
    unsafe fn zip(pixels: *const *const u8, channel: usize) -> [__m512i; 2] {
        unsafe {
            let levels = |index| _mm_loadu_si128(place(pixels, index, channel));
            let [a, b, c, d] = [levels(0), levels(1), levels(2), levels(3)];
            let (ab, cd) = (_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d));
            let levels = _mm512_castsi128_si512(_mm_unpacklo_epi16(ab, cd));
            let levels = _mm512_inserti32x4::<1>(levels, _mm_unpackhi_epi16(ab, cd));
            let (ab, cd) = (_mm_unpackhi_epi8(a, b), _mm_unpackhi_epi8(c, d));
            let levels = _mm512_inserti32x4::<2>(levels, _mm_unpacklo_epi16(ab, cd));
            let levels = _mm512_inserti32x4::<3>(levels, _mm_unpackhi_epi16(ab, cd));
            [levels; 2]
        }
    }
    #[inline(always)]
    unsafe fn dot(self, weights: __m512i, levels: __m512i) -> Self {
        Self(unsafe { _mm512_dpbusd_epi32(self.0, levels, weights) })
    }
    unsafe fn widen_weights(_: *const i8, _: [*mut u32; 2]) {
        unreachable!("products are of bytes")
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
