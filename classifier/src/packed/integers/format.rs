//! The packed file of integers, read in place.

use crate::error::Result;
use crate::packed::format::{
    self, HEAD_WORDS, MOST, Number, PANEL, RECORD_WORDS, Step, Words, float, tail, wrong,
};
use crate::packed::plan::{self, Piece};

/// Of another file: in those of activations of 7 bits, any four products that kernels add up fit 16 bits.
pub const MAGIC: &[u8; 8] = b"MOBINTS2";

/// Words of the head behind those of the file of floats.
const MORE_HEAD_WORDS: usize = 3;
/// Words of a record behind those of the file of floats.
const MORE_RECORD_WORDS: usize = 4;
/// The largest activation of 8 bits, and of 7.
const TOPS: [usize; 2] = [255, 127];

impl Number for i8 {
    type Sum = i32;
    const GROUP: usize = 4;
}

/// One fused layer, and how its sums become levels: those from 0 to `high - low`.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its bounds are those of the levels, the zero point subtracted.
    pub layer: format::Layer<i8>,
    /// What sums are multiplied by, for each channel.
    pub factors: &'static [f32],
    /// The level outside the map.
    pub outside: u8,
    /// What levels that are added are multiplied by, their zero point subtracted.
    pub added_factor: f32,
    pub added_zero: f32,
}

/// How the image becomes levels.
#[derive(Debug, Clone, Copy)]
pub struct Image {
    pub factor: f32,
    pub zero: f32,
}

/// A model whose layers refer to the file's bytes. As with floats, there is none that was not checked.
#[derive(Debug, Clone)]
pub struct Packed {
    pub size: usize,
    pub classes: usize,
    /// The largest activation.
    pub(super) top: u8,
    pub(super) image: Image,
    /// Levels of each buffer.
    pub(super) buffers: Vec<usize>,
    /// All but the softmax.
    pub(super) layers: Vec<Layer>,
    pub(super) softmax: format::Layer<i8>,
    pub(super) pieces: Vec<Piece>,
}

impl Packed {
    /// Read a packed file of integers.
    ///
    /// # Errors
    /// As of the packed file of floats.
    pub fn read(bytes: &'static [u8]) -> Result<Self> {
        let words = Words(
            bytes
                .strip_prefix(MAGIC)
                .ok_or_else(|| wrong("it has another beginning"))?,
        );
        let [
            panel,
            size,
            classes,
            buffers,
            layers,
            start,
            top,
            factor,
            zero,
        ] = words.array::<{ HEAD_WORDS + MORE_HEAD_WORDS }>(0)?;
        if panel != PANEL {
            return Err(wrong(&format!(
                "its panels are of {panel} channels, not {PANEL}"
            )));
        }
        if [size, classes, buffers, layers]
            .iter()
            .any(|count| !(1..=MOST).contains(count))
            || !TOPS.contains(&top)
        {
            return Err(wrong("a number in its head is out of range"));
        }
        let data = bytes.get(start..).ok_or_else(|| wrong("it is cut off"))?;
        let first = HEAD_WORDS + MORE_HEAD_WORDS;
        let room: Vec<usize> = (0..buffers)
            .map(|index| words.get(first + index))
            .collect::<Result<_>>()?;
        let first = first + buffers;
        let layers = (0..layers)
            .map(|index| {
                let record = RECORD_WORDS + MORE_RECORD_WORDS;
                layer(words.array(first + index * record)?, data)
            })
            .collect::<Result<Vec<_>>>()?;
        let (factor, zero) = (float(factor), float(zero));
        Self::new(size, classes, top, Image { factor, zero }, room, layers)
    }

    /// A model of these layers, which run one after another; the last two are the scores and their
    /// softmax. `buffers` are their levels.
    ///
    /// # Errors
    /// The parts do not fit each other.
    pub fn new(
        size: usize,
        classes: usize,
        top: usize,
        image: Image,
        buffers: Vec<usize>,
        mut layers: Vec<Layer>,
    ) -> Result<Self> {
        let shapes: Vec<_> = layers.iter().map(|layer| layer.layer.clone()).collect();
        format::check(size, classes, &buffers, &shapes)?;
        if let Some(index) = layers.iter().position(|layer| !is_sound(layer, top)) {
            return Err(wrong(&format!("its layer {index} does not fit")));
        }
        let [.., scores, softmax] = shapes.as_slice() else {
            return Err(wrong("it has one layer"));
        };
        if scores.step != Step::Pointwise
            || softmax.step != Step::Softmax
            || softmax.channels_in != scores.channels_out
            || scores.size_out != 1
        {
            return Err(wrong("it does not end with scores and their softmax"));
        }
        if shapes[..shapes.len() - 1]
            .iter()
            .any(|layer| layer.step == Step::Softmax)
        {
            return Err(wrong("it has a softmax in the middle"));
        }
        let (pieces, buffers) = plan::plan(&shapes[..shapes.len() - 1], &buffers);
        layers.pop();
        Ok(Self {
            size,
            classes,
            top: u8::try_from(top).unwrap_or(u8::MAX),
            image,
            buffers,
            softmax: softmax.clone(),
            layers,
            pieces,
        })
    }
}

/// What an integer layer has beside the one of floats.
fn is_sound(layer: &Layer, top: usize) -> bool {
    let Layer {
        layer: shape,
        factors,
        outside,
        ..
    } = layer;
    let channels = shape.stride_out();
    let is_level = |value: f32| (0.0..=top as f32).contains(&value) && value.fract() == 0.0;
    shape.step == Step::Softmax
        || factors.len() >= channels
            && shape.bias.len() >= channels
            && usize::from(*outside) <= top
            && is_level(-shape.low)
            && is_level(shape.high - shape.low)
}

/// A layer from its record.
fn layer(record: [usize; RECORD_WORDS + MORE_RECORD_WORDS], data: &'static [u8]) -> Result<Layer> {
    let (shape, more) = record.split_at(RECORD_WORDS);
    let shape: [usize; RECORD_WORDS] = shape.try_into().unwrap_or_default();
    let &[factors, outside, added_factor, added_zero] = more else {
        return Err(wrong("it is cut off"));
    };
    let [.., weights, bias] = shape;
    let outside = u8::try_from(outside).map_err(|_| wrong("a level in it is out of range"))?;
    Ok(Layer {
        layer: format::layer(shape, cast(tail(data, weights)?)?, cast(tail(data, bias)?)?)?,
        factors: cast(tail(data, factors)?)?,
        outside,
        added_factor: float(added_factor),
        added_zero: float(added_zero),
    })
}

/// Numbers of which every pattern of bits is one.
trait Plain: Copy {}
impl Plain for i8 {}
impl Plain for i32 {}
impl Plain for f32 {}

/// Bytes as numbers, in place; what is left behind the last whole one is not read.
fn cast<T: Plain>(bytes: &'static [u8]) -> Result<&'static [T]> {
    // SAFETY: every pattern of bits is such a number.
    let (before, numbers, _) = unsafe { bytes.align_to::<T>() };
    if before.is_empty() {
        Ok(numbers)
    } else {
        Err(wrong("its weights are not aligned"))
    }
}
