//! The packed file, read in place.

use std::fmt;
use std::ops::Range;

use super::plan::{self, Piece};
use crate::error::{Error, Result};

pub const MAGIC: &[u8; 8] = b"MOBPACK1";
/// Channels that the kernels of this target compute at once.
pub const PANEL: usize = if cfg!(target_arch = "wasm32") { 8 } else { 16 };
/// Channels of an image.
pub const COLOURS: usize = 3;

const ADVICE: &str = "build with the file that scripts/model/pack.py writes for this target";
pub const HEAD_WORDS: usize = 6;
pub const RECORD_WORDS: usize = 15;
/// In a record: the image is the source.
const IMAGE: u32 = u32::MAX;
/// Bounds that no model for images reaches; they keep products of sizes in range.
pub const MOST: usize = 1 << 20;
const LARGEST: usize = 1 << 14;
const LARGEST_KERNEL: usize = 16;
/// Floats of all buffers: 1 GiB.
const MOST_ROOM: u64 = 1 << 28;

/// What weights are.
pub trait Number: fmt::Debug + Copy + 'static {
    /// What biases and sums are.
    type Sum: fmt::Debug + Copy + 'static;
    /// Inputs that a kernel multiplies and adds up at once; their weights lie side by side.
    const GROUP: usize;
}

impl Number for f32 {
    type Sum = f32;
    const GROUP: usize = 1;
}

/// What a layer computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A convolution over all channels.
    Conv,
    /// A convolution of each channel by itself.
    Depthwise,
    /// A convolution of single pixels: a matrix product.
    Pointwise,
    /// The mean over the map.
    Pool,
    /// The exponentials' shares.
    Softmax,
}

/// One fused layer. Maps are square, NHWC, a pixel's channels filled up to whole panels.
#[derive(Debug, Clone)]
pub struct Layer<N: Number = f32> {
    pub step: Step,
    /// The buffer read; the image where there is none.
    pub source: Option<usize>,
    /// The buffer written.
    pub target: usize,
    /// Whether the target's former content is added; by pointwise layers only.
    pub add: bool,
    pub size_in: usize,
    pub channels_in: usize,
    pub size_out: usize,
    pub channels_out: usize,
    pub kernel: usize,
    pub stride: usize,
    pub pad: usize,
    pub low: f32,
    pub high: f32,
    pub weights: &'static [N],
    pub bias: &'static [N::Sum],
}

impl<N: Number> Layer<N> {
    /// Floats, or levels, between the pixels of the input.
    pub fn stride_in(&self) -> usize {
        match self.source {
            None => self.channels_in,
            Some(_) => padded(self.channels_in),
        }
    }

    /// As [`Layer::stride_in`], of the output.
    pub fn stride_out(&self) -> usize {
        padded(self.channels_out)
    }

    /// Floats of a row of the input.
    pub fn row_in(&self) -> usize {
        self.size_in * self.stride_in()
    }

    /// Floats of a row of the output.
    pub fn row_out(&self) -> usize {
        self.size_out * self.stride_out()
    }

    /// Which places of a padded row, or of a padded column, lie in the input.
    pub fn inside(&self) -> Range<usize> {
        self.pad..self.size_in + self.pad
    }

    /// How many inputs are multiplied and added up for an output, whole groups.
    pub fn depth(&self) -> usize {
        let window = self.kernel * self.kernel;
        match self.step {
            Step::Conv => window * self.channels_in,
            Step::Depthwise => window,
            Step::Pointwise => self.channels_in,
            Step::Pool | Step::Softmax => 0,
        }
        .next_multiple_of(N::GROUP)
    }

    fn floats_in(&self) -> u64 {
        product([self.size_in, self.size_in, self.stride_in()])
    }

    fn floats_out(&self) -> u64 {
        product([self.size_out, self.size_out, self.stride_out()])
    }

    /// Whether sizes, weights and what is computed agree with each other.
    fn is_sound(&self) -> bool {
        let Self {
            step,
            size_in,
            channels_in,
            size_out,
            channels_out,
            kernel,
            stride,
            pad,
            ..
        } = *self;
        let sizes = [size_in, channels_in, size_out, channels_out, kernel, stride];
        // First, since products of larger sizes would overflow.
        if !sizes.iter().all(|size| (1..=LARGEST).contains(size))
            || kernel > LARGEST_KERNEL
            || pad >= kernel
        {
            return false;
        }
        let inner = self.source.is_some();
        let shape = match step {
            Step::Conv => !inner,
            Step::Depthwise => inner && channels_in == channels_out,
            Step::Pointwise => inner && size_in == size_out,
            Step::Pool => inner && size_out == 1 && channels_in == channels_out,
            Step::Softmax => inner && size_in == 1 && size_out == 1 && channels_in == channels_out,
        };
        let has_bias = !matches!(step, Step::Pool | Step::Softmax);
        (size_out - 1) * stride < size_in + pad
            && shape
            // A NaN is neither: the clamps would leave it out, and say nothing.
            && self.low <= self.high
            && (!self.add || step == Step::Pointwise)
            && self.weights.len() as u64 >= product([self.depth(), self.stride_out(), 1])
            && (!has_bias || self.bias.len() >= self.stride_out())
    }
}

/// A product of sizes that may be larger than the target's addresses.
fn product(factors: [usize; 3]) -> u64 {
    factors.iter().fold(1, |result: u64, factor| {
        result.saturating_mul(*factor as u64)
    })
}

/// Whole panels.
pub fn padded(channels: usize) -> usize {
    channels.next_multiple_of(PANEL)
}

/// A model whose layers refer to the file's bytes.
///
/// There is none that was not checked: the kernels look at no size again.
#[derive(Debug, Clone)]
pub struct Packed {
    pub size: usize,
    pub classes: usize,
    /// Floats of each buffer.
    pub(super) buffers: Vec<usize>,
    pub(super) layers: Vec<Layer>,
    /// In which the layers run.
    pub(super) pieces: Vec<Piece>,
}

impl Packed {
    /// Read a packed file.
    ///
    /// # Errors
    /// Not such a file, cut off, made for other kernels, or with parts that refer to nothing.
    pub fn read(bytes: &'static [u8]) -> Result<Self> {
        let words = Words(
            bytes
                .strip_prefix(MAGIC)
                .ok_or_else(|| wrong("it has another beginning"))?,
        );
        let [panel, size, classes, buffers, layers, start] = words.array::<HEAD_WORDS>(0)?;
        if panel != PANEL {
            return Err(wrong(&format!(
                "its panels are of {panel} channels, not {PANEL}"
            )));
        }
        if [size, classes, buffers, layers]
            .iter()
            .any(|count| !(1..=MOST).contains(count))
        {
            return Err(wrong("a count in its head is out of range"));
        }
        let data = floats(bytes.get(start..).ok_or_else(|| wrong("it is cut off"))?)?;
        let room: Vec<usize> = (0..buffers)
            .map(|index| words.get(HEAD_WORDS + index))
            .collect::<Result<_>>()?;
        let first = HEAD_WORDS + buffers;
        let layers = (0..layers)
            .map(|index| {
                let record: [_; RECORD_WORDS] = words.array(first + index * RECORD_WORDS)?;
                let [.., weights, bias] = record;
                layer(record, tail(data, weights)?, tail(data, bias)?)
            })
            .collect::<Result<Vec<_>>>()?;
        Self::new(size, classes, room, layers)
    }

    /// A model of these layers, which run one after another; `buffers` are their floats.
    ///
    /// # Errors
    /// The parts do not fit each other.
    pub fn new(
        size: usize,
        classes: usize,
        buffers: Vec<usize>,
        layers: Vec<Layer>,
    ) -> Result<Self> {
        check(size, classes, &buffers, &layers)?;
        let (pieces, buffers) = plan::plan(&layers, &buffers);
        Ok(Self {
            size,
            classes,
            buffers,
            layers,
            pieces,
        })
    }
}

/// What the kernels rely on without looking again, of a model of these layers.
pub fn check<N: Number>(
    size: usize,
    classes: usize,
    buffers: &[usize],
    layers: &[Layer<N>],
) -> Result<()> {
    if size > LARGEST {
        return Err(wrong("its image is too large"));
    }
    let room = buffers.iter().map(|size| *size as u64);
    if room.fold(0, u64::saturating_add) > MOST_ROOM {
        return Err(wrong("its buffers are too large"));
    }
    let room = |index: usize| buffers.get(index).map_or(0, |size| *size as u64);
    let reads = |layer: &Layer<N>| match layer.source {
        None => layer.size_in == size && layer.channels_in == COLOURS,
        Some(source) => source != layer.target && layer.floats_in() <= room(source),
    };
    let fits = |layer: &Layer<N>| {
        layer.is_sound() && reads(layer) && layer.floats_out() <= room(layer.target)
    };
    match layers.iter().position(|layer| !fits(layer)) {
        Some(index) => Err(wrong(&format!("its layer {index} does not fit"))),
        None if layers
            .last()
            .is_none_or(|last| last.channels_out != classes || last.size_out != 1) =>
        {
            Err(wrong("its last layer has another number of classes"))
        }
        None => Ok(()),
    }
}

/// A layer from its record; its weights and biases are the beginnings of `weights` and `bias`.
pub fn layer<N: Number>(
    record: [usize; RECORD_WORDS],
    weights: &'static [N],
    bias: &'static [N::Sum],
) -> Result<Layer<N>> {
    let [
        kind,
        source,
        target,
        add,
        size_in,
        channels_in,
        size_out,
        channels_out,
        kernel,
        stride,
        pad,
        low,
        high,
        ..,
    ] = record;
    let steps = [
        Step::Conv,
        Step::Depthwise,
        Step::Pointwise,
        Step::Pool,
        Step::Softmax,
    ];
    Ok(Layer {
        step: *steps
            .get(kind)
            .ok_or_else(|| wrong("it has a layer of an unknown kind"))?,
        source: (source != IMAGE as usize).then_some(source),
        target,
        add: add != 0,
        size_in,
        channels_in,
        size_out,
        channels_out,
        kernel,
        stride,
        pad,
        low: float(low),
        high: float(high),
        weights,
        bias,
    })
}

/// What follows in the data from an offset on, which a record's weights and biases begin with.
pub fn tail<T>(data: &'static [T], start: usize) -> Result<&'static [T]> {
    data.get(start..)
        .ok_or_else(|| wrong("its weights are cut off"))
}

/// The 32-bit words of a file, after the magic.
pub struct Words(pub &'static [u8]);

impl Words {
    pub fn get(&self, index: usize) -> Result<usize> {
        let word = self
            .0
            .chunks_exact(4)
            .nth(index)
            .and_then(|word| word.try_into().ok());
        word.map(|word| u32::from_le_bytes(word) as usize)
            .ok_or_else(|| wrong("it is cut off"))
    }

    pub fn array<const N: usize>(&self, first: usize) -> Result<[usize; N]> {
        let mut words = [0; N];
        for (index, word) in words.iter_mut().enumerate() {
            *word = self.get(first + index)?;
        }
        Ok(words)
    }
}

/// The float of a word's bits.
pub fn float(word: usize) -> f32 {
    f32::from_bits(u32::try_from(word).unwrap_or(0))
}

/// The weights, in place.
fn floats(bytes: &'static [u8]) -> Result<&'static [f32]> {
    const {
        assert!(
            cfg!(target_endian = "little"),
            "packed files are little-endian"
        )
    };
    // SAFETY: every pattern of bits is an f32.
    let (before, floats, after) = unsafe { bytes.align_to::<f32>() };
    if before.is_empty() && after.is_empty() {
        Ok(floats)
    } else {
        Err(wrong("its weights are cut off or not aligned"))
    }
}

pub fn wrong(what: &str) -> Error {
    Error::new(format!(
        "the embedded packed model cannot be used: {what}; {ADVICE}"
    ))
}
