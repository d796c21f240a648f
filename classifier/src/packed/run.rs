//! Runs a packed model with the widest vectors that the machine has.

use super::format::{Packed, Step};
use super::kernels;
use super::lanes::Lanes;

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
}

/// Classify an image, NHWC, of the model's size; return the last layer's output.
///
/// # Panics
/// The image or the buffers are not of the model's sizes.
pub fn run<'a>(packed: &Packed, image: &[f32], buffers: &'a mut Buffers) -> &'a [f32] {
    assert_eq!(image.len(), packed.size * packed.size * 3);
    assert!(
        buffers
            .maps
            .iter()
            .map(Vec::len)
            .eq(packed.buffers.iter().copied())
    );
    // SAFETY: the processor was asked for what the chosen vectors need.
    unsafe { widest(packed, image, buffers) }
    let last = packed.layers.last().expect("a checked model has layers");
    &buffers.maps[last.target][..last.channels_out]
}

#[cfg(target_arch = "x86_64")]
unsafe fn widest(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    use super::lanes::{Portable, x86};

    #[target_feature(enable = "avx512f")]
    unsafe fn avx512(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
        unsafe { layers::<x86::Avx512>(packed, image, buffers) }
    }
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
        unsafe { layers::<x86::Avx2>(packed, image, buffers) }
    }
    unsafe {
        if is_x86_feature_detected!("avx512f") {
            avx512(packed, image, buffers)
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            avx2(packed, image, buffers)
        } else {
            layers::<Portable>(packed, image, buffers)
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
unsafe fn widest(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    unsafe { layers::<super::lanes::wasm::Simd128>(packed, image, buffers) }
}

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
unsafe fn widest(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    unsafe { layers::<super::lanes::Portable>(packed, image, buffers) }
}

/// All layers, one after another.
///
/// # Safety
/// The processor has the vectors `L`; the model was checked.
#[inline(always)]
unsafe fn layers<L: Lanes>(packed: &Packed, image: &[f32], buffers: &mut Buffers) {
    for layer in &packed.layers {
        // Out of the list, so that the source beside it can be read.
        let mut target = std::mem::take(&mut buffers.maps[layer.target]);
        let source = layer.source.map_or(image, |index| &buffers.maps[index]);
        unsafe {
            match layer.step {
                Step::Conv => kernels::conv::<L>(layer, source, &mut target, &mut buffers.scratch),
                Step::Depthwise => kernels::depthwise::<L>(layer, source, &mut target),
                Step::Pointwise => {
                    kernels::pointwise::<L>(layer, source, &mut target, &mut buffers.scratch)
                }
                Step::Pool => kernels::pool::<L>(layer, source, &mut target),
                Step::Softmax => kernels::softmax(layer, source, &mut target),
            }
        }
        buffers.maps[layer.target] = target;
    }
}
