//! Runs a packed model, layer by layer.

use super::format::{COLOURS, Packed, Step};
use super::isa::Isa;
use super::kernels;
#[cfg(target_arch = "aarch64")]
use super::lanes::neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::lanes::wasm;
#[cfg(target_arch = "x86_64")]
use super::lanes::x86;
use super::lanes::{Lanes, portable::Portable};

/// Room for the maps between the layers, used again by every run.
#[derive(Debug, Default)]
pub struct Buffers {
    maps: Vec<Vec<f32>>,
    scratch: kernels::Scratch,
}

impl Buffers {
    /// Room for a model's maps.
    pub fn new(packed: &Packed) -> Self {
        Self {
            maps: packed.buffers.iter().map(|size| vec![0.0; *size]).collect(),
            scratch: kernels::Scratch::default(),
        }
    }

    /// One of the maps, as the last run left it.
    pub fn map(&mut self, index: usize) -> &mut [f32] {
        &mut self.maps[index]
    }
}

/// Classify an image, NHWC, of the model's size; return the last layer's output.
///
/// # Panics
/// The image or the buffers are not of the model's sizes, or there are no such vectors here.
#[inline]
pub fn run<'a>(isa: Isa, packed: &Packed, image: &[f32], buffers: &'a mut Buffers) -> &'a [f32] {
    assert!(isa.is_available());
    assert_eq!(image.len(), packed.size * packed.size * COLOURS);
    assert!(
        buffers
            .maps
            .iter()
            .map(Vec::len)
            .eq(packed.buffers.iter().copied())
    );
    // SAFETY: the processor has these vectors, and there is no model that was not checked.
    unsafe {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => avx512(packed, image, buffers),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2(packed, image, buffers),
            #[cfg(target_arch = "x86_64")]
            Isa::Sse2 => layers::<x86::Sse2>(packed, image, buffers),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => layers::<neon::Neon>(packed, image, buffers),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Isa::Simd128 => layers::<wasm::Simd128>(packed, image, buffers),
            Isa::Portable => layers::<Portable>(packed, image, buffers),
            _ => unreachable!("they are available"),
        }
    }
    let last = packed.layers.last().expect("a checked model has layers");
    &buffers.maps[last.target][..last.channels_out]
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    unsafe { layers::<x86::Avx512>(packed, image, buffers) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    unsafe { layers::<x86::Avx2>(packed, image, buffers) }
}

/// All pieces, one after another.
///
/// # Safety
/// The processor has the vectors `L`; the model was checked.
#[inline(always)]
unsafe fn layers<L: Lanes>(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    let Buffers { maps, scratch } = buffers;
    for piece in &packed.pieces {
        let layer = &packed.layers[piece.layer];
        let rows = piece.rows.clone();
        // Out of the list, so that the source beside it can be read.
        let mut map = std::mem::take(&mut maps[piece.target]);
        map.copy_within(piece.kept.clone(), 0);
        let source = piece.source.map_or(image, |index| &maps[index]);
        let (source, target) = (&source[piece.from..], &mut map[piece.to..]);
        unsafe {
            match layer.step {
                Step::Conv => kernels::conv::<L>(layer, rows, source, target, scratch),
                Step::Depthwise => {
                    kernels::depthwise::<L>(layer, rows, piece.first_row, source, target);
                }
                Step::Pointwise => kernels::pointwise::<L>(layer, rows, source, target, scratch),
                Step::Pool => kernels::pool::<L>(layer, source, target),
                Step::Softmax => kernels::softmax(layer, source, target),
            }
        }
        maps[piece.target] = map;
    }
}
