//! Runs a packed model with the widest vectors that the machine has.

use super::format::{Packed, Step};
use super::kernels;
#[cfg(target_arch = "x86_64")]
use super::lanes::x86;
use super::lanes::{Baseline, Lanes};

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

/// The vectors that the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has.
    Baseline,
}

impl Isa {
    /// The widest that the processor has.
    #[inline]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if Self::Avx512.is_available() {
            return Self::Avx512;
        } else if Self::Avx2.is_available() {
            return Self::Avx2;
        }
        Self::Baseline
    }

    /// Whether the processor has them.
    #[inline]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Baseline => true,
        }
    }
}

/// Classify an image, NHWC, of the model's size; return the last layer's output.
///
/// # Panics
/// The image or the buffers are not of the model's sizes.
pub fn run<'a>(packed: &Packed, image: &[f32], buffers: &'a mut Buffers) -> &'a [f32] {
    run_with(Isa::detect(), packed, image, buffers)
}

/// As [`run`], with the vectors chosen by the caller.
///
/// # Panics
/// As [`run`], or the processor has no such vectors.
#[inline]
pub fn run_with<'a>(
    isa: Isa,
    packed: &Packed,
    image: &[f32],
    buffers: &'a mut Buffers,
) -> &'a [f32] {
    assert!(isa.is_available());
    assert_eq!(image.len(), packed.size * packed.size * 3);
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
            Isa::Baseline => layers::<Baseline>(packed, image, buffers),
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
