//! Runs a packed model of integers, layer by layer.

use super::depthwise;
use super::format::Packed;
use super::kernels::{self, Scratch};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::lanes::wasm;
#[cfg(target_arch = "x86_64")]
use super::lanes::x86;
use super::lanes::{Sums, portable::Portable};
use crate::packed::format::{COLOURS, Step};
use crate::packed::isa::Isa;
use crate::packed::kernels::softmax;

/// The largest activation for which two products of bytes fit 16 bits.
const SEVEN_BITS: u8 = 127;

/// Room for the levels between the layers, used again by every run.
#[derive(Debug, Default)]
pub struct Buffers {
    image: Vec<u8>,
    maps: Vec<Vec<u8>>,
    scores: Vec<f32>,
    probabilities: Vec<f32>,
    scratch: Scratch,
}

impl Buffers {
    /// Room for a model's levels.
    pub fn new(packed: &Packed) -> Self {
        let classes = packed.softmax.stride_out();
        Self {
            image: vec![0; packed.size * packed.size * COLOURS],
            maps: packed.buffers.iter().map(|size| vec![0; *size]).collect(),
            scores: vec![0.0; classes],
            probabilities: vec![0.0; classes],
            scratch: Scratch::default(),
        }
    }

    /// One of the maps, as the last run left it.
    pub fn map(&mut self, index: usize) -> &mut [u8] {
        &mut self.maps[index]
    }

    /// The scores of the last run.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}

/// Classify an image, NHWC, of the model's size; return the probabilities of its classes.
///
/// # Panics
/// The image or the buffers are not of the model's sizes, or there are no such vectors here.
#[inline]
pub fn run<'a>(isa: Isa, packed: &Packed, image: &[f32], buffers: &'a mut Buffers) -> &'a [f32] {
    assert!(isa.is_available());
    assert_eq!(image.len(), packed.size * packed.size * COLOURS);
    assert_eq!(buffers.image.len(), image.len());
    assert_eq!(buffers.scores.len(), packed.softmax.stride_out());
    assert!(
        buffers
            .maps
            .iter()
            .map(Vec::len)
            .eq(packed.buffers.iter().copied())
    );
    kernels::levels(image, packed.image, packed.top, &mut buffers.image);
    // SAFETY: the processor has these vectors, and there is no model that was not checked.
    unsafe {
        match (isa, packed.top <= SEVEN_BITS) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512, _) if has_vnni() => vnni(packed, buffers),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512 | Isa::Avx2, true) => avx2::<true>(packed, buffers),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512 | Isa::Avx2, false) => avx2::<false>(packed, buffers),
            #[cfg(target_arch = "x86_64")]
            (Isa::Sse2, _) => layers::<x86::Sse2>(packed, buffers),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            (Isa::Simd128, true) => layers::<wasm::Simd128<true>>(packed, buffers),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            (Isa::Simd128, false) => layers::<wasm::Simd128<false>>(packed, buffers),
            // NEON has no kernels of its own here.
            (Isa::Portable | Isa::Neon, _) => layers::<Portable>(packed, buffers),
            _ => unreachable!("they are available"),
        }
    }
    softmax(&packed.softmax, &buffers.scores, &mut buffers.probabilities);
    &buffers.probabilities[..packed.classes]
}

#[cfg(target_arch = "x86_64")]
fn has_vnni() -> bool {
    is_x86_feature_detected!("avx512vnni")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn vnni(packed: &Packed, buffers: &mut Buffers) {
    unsafe { layers::<x86::Vnni>(packed, buffers) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const SEVEN: bool>(packed: &Packed, buffers: &mut Buffers) {
    unsafe { layers::<x86::Avx2<SEVEN>>(packed, buffers) }
}

/// All pieces, one after another.
///
/// # Safety
/// The processor has the vectors of `S`; the model was checked.
#[inline(always)]
unsafe fn layers<S: Sums>(packed: &Packed, buffers: &mut Buffers) {
    let Buffers {
        image,
        maps,
        scores,
        scratch,
        ..
    } = buffers;
    for piece in &packed.pieces {
        let layer = &packed.layers[piece.layer];
        let rows = piece.rows.clone();
        // Out of the list, so that the source beside it can be read.
        let mut map = std::mem::take(&mut maps[piece.target]);
        map.copy_within(piece.kept.clone(), 0);
        let source = piece.source.map_or(image.as_slice(), |index| &maps[index]);
        let (source, target) = (&source[piece.from..], &mut map[piece.to..]);
        unsafe {
            match layer.layer.step {
                Step::Conv => kernels::conv::<S>(layer, rows, source, target, scratch),
                Step::Depthwise => {
                    depthwise::filter::<S::Depthwise>(
                        layer,
                        rows,
                        piece.first_row,
                        source,
                        target,
                        &mut scratch.depthwise,
                    );
                }
                Step::Pointwise if piece.layer + 1 == packed.layers.len() => {
                    kernels::scores::<S>(layer, source, scores, scratch);
                }
                Step::Pointwise => {
                    kernels::pointwise::<S>(layer, rows, source, target, scratch);
                }
                Step::Pool => kernels::pool::<S>(layer, source, target),
                Step::Softmax => unreachable!("a checked model has one, behind all others"),
            }
        }
        maps[piece.target] = map;
    }
}
