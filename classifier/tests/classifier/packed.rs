//! The packed form: its kernels against sums in f64, and files that are not what they should be.

use mobilenet_oc::model::Model;
use mobilenet_oc::packed::{Buffers, Isa, Layer, PANEL, Packed, Step, padded, run};
use mobilenet_oc::source::Source;

use crate::fixture::{PACKED, Random, assert_close, expected, message};

const TOLERANCE: f64 = 1e-4;
/// What no kernel may write over.
const GUARD: f32 = 12345.0;
const GUARDS: usize = 64;

/// The kinds of vectors that this machine has.
pub fn vectors() -> impl Iterator<Item = Isa> {
    Isa::ALL.into_iter().filter(|isa| isa.is_available())
}

pub fn floats(random: &mut Random, count: usize) -> Vec<f32> {
    (0..count)
        .map(|_| random.below(2001) as f32 / 1000.0 - 1.0)
        .collect()
}

/// A copy at a multiple of 64, as a model is embedded.
pub fn aligned(bytes: &[u8]) -> &'static [u8] {
    #[repr(C, align(64))]
    struct Line([u8; 64]);

    let lines = bytes.chunks(64).map(|chunk| {
        let mut line = Line([0; 64]);
        line.0[..chunk.len()].copy_from_slice(chunk);
        line
    });
    let lines: &'static [Line] = lines.collect::<Vec<_>>().leak();
    // SAFETY: the lines follow one another without gaps, and are at least as long as `bytes`.
    unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), bytes.len()) }
}

/// What is said of a file, which names what to do.
fn refusal(bytes: &'static [u8]) -> String {
    refused(Packed::read(bytes))
}

pub fn refused<T>(result: Result<T, mobilenet_oc::error::Error>) -> String {
    let said = message(result);
    assert!(
        said.starts_with("the embedded packed model cannot be used: "),
        "{said}"
    );
    assert!(said.contains("; build with the file that "), "{said}");
    said
}

/// The file with one of its words, after the magic, replaced.
fn with_word(index: usize, word: u32) -> &'static [u8] {
    let mut bytes = PACKED.bytes.to_vec();
    bytes[8 + 4 * index..][..4].copy_from_slice(&word.to_le_bytes());
    aligned(&bytes)
}

fn word(bytes: &[u8], index: usize) -> u32 {
    u32::from_le_bytes(bytes[8 + 4 * index..][..4].try_into().unwrap())
}

/// A layer to test, with what it computes from: a pixel's channels without gaps.
pub struct Case {
    pub layer: Layer,
    source: Vec<f32>,
    /// [kernel, kernel, inputs, outputs]; of a depthwise layer without outputs.
    weights: Vec<f32>,
    bias: Vec<f32>,
    former: Vec<f32>,
}

/// Sizes of a layer; the others follow from them.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub step: Step,
    pub size: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    /// Whether there are zeros around the map, as in TensorFlow's SAME.
    pub same: bool,
}

impl Shape {
    pub fn pointwise(size: usize, inputs: usize, outputs: usize) -> Self {
        Self {
            step: Step::Pointwise,
            size,
            inputs,
            outputs,
            kernel: 1,
            stride: 1,
            same: true,
        }
    }

    /// Rows of the output, and of zeros before the first row.
    fn size_and_pad(&self) -> (usize, usize) {
        let Self {
            size,
            kernel,
            stride,
            ..
        } = *self;
        match self.step {
            Step::Pool | Step::Softmax => (1, 0),
            _ if self.same => {
                let out = size.div_ceil(stride);
                let zeros = ((out - 1) * stride + kernel).saturating_sub(size);
                (out, zeros / 2)
            }
            _ => ((size - kernel) / stride + 1, 0),
        }
    }

    pub fn case(self, random: &mut Random, add: bool, (low, high): (f32, f32)) -> Case {
        let (size_out, pad) = self.size_and_pad();
        let window = self.kernel * self.kernel;
        let (depth, outputs) = match self.step {
            Step::Depthwise => (window, self.inputs),
            _ => (window * self.inputs, self.outputs),
        };
        let weights = floats(random, depth * outputs);
        let bias = floats(random, outputs);
        Case {
            layer: Layer {
                step: self.step,
                source: (self.step != Step::Conv).then_some(0),
                target: 1,
                add,
                size_in: self.size,
                channels_in: self.inputs,
                size_out,
                channels_out: outputs,
                kernel: self.kernel,
                stride: self.stride,
                pad,
                low,
                high,
                weights: match self.step {
                    Step::Depthwise => wide(&weights, outputs, 0.0),
                    _ => panels(&weights, outputs),
                }
                .leak(),
                bias: wide(&bias, outputs, 0.0).leak(),
            },
            source: floats(random, self.size * self.size * self.inputs),
            weights,
            bias,
            former: floats(random, size_out * size_out * outputs),
        }
    }
}

/// Pixels filled up to whole panels.
fn wide(values: &[f32], channels: usize, filling: f32) -> Vec<f32> {
    let pixel = |pixel: &[f32]| {
        let mut pixel = pixel.to_vec();
        pixel.resize(padded(channels), filling);
        pixel
    };
    values.chunks_exact(channels).flat_map(pixel).collect()
}

/// Weights [inputs, outputs] as [panels, inputs, panel].
fn panels(weights: &[f32], outputs: usize) -> Vec<f32> {
    let wide = wide(weights, outputs, 0.0);
    let rows: Vec<_> = wide.chunks_exact(padded(outputs)).collect();
    (0..padded(outputs))
        .step_by(PANEL)
        .flat_map(|panel| rows.iter().flat_map(move |row| &row[panel..panel + PANEL]))
        .copied()
        .collect()
}

impl Case {
    /// A model of this layer alone, with a mean behind it where its output is a map.
    fn model(&self) -> Packed {
        let layer = self.layer.clone();
        let inner = layer.size_in.pow(2) * padded(layer.channels_in);
        let outer = layer.size_out.pow(2) * padded(layer.channels_out);
        let mean = Layer {
            step: Step::Pool,
            source: Some(1),
            target: 2,
            add: false,
            size_in: layer.size_out,
            channels_in: layer.channels_out,
            size_out: 1,
            ..layer
        };
        let rooms = vec![inner, outer + GUARDS, padded(layer.channels_out)];
        let (size, classes) = (self.layer.size_in, layer.channels_out);
        Packed::new(size, classes, rooms, vec![layer, mean]).unwrap()
    }

    /// The layer's output for its source, by the kernels.
    fn run(&self, isa: Isa) -> Vec<f32> {
        let (packed, layer) = (self.model(), &self.layer);
        let mut buffers = Buffers::new(&packed);
        let mut image = vec![0.0; layer.size_in.pow(2) * 3];
        if layer.source.is_none() {
            image.copy_from_slice(&self.source);
        } else {
            // What fills a pixel up is not to be read as a channel.
            let source = wide(&self.source, layer.channels_in, f32::NAN);
            buffers.map(0).copy_from_slice(&source);
        }
        buffers.map(1).fill(GUARD);
        let former = wide(&self.former, layer.channels_out, f32::NAN);
        buffers.map(1)[..former.len()].copy_from_slice(&former);
        run(isa, &packed, &image, &mut buffers);
        let (target, behind) = buffers.map(1).split_at(former.len());
        assert!(behind.iter().all(|value| *value == GUARD));
        target
            .chunks_exact(padded(layer.channels_out))
            .flat_map(|pixel| &pixel[..layer.channels_out])
            .copied()
            .collect()
    }

    /// The layer's output, summed up in f64 as the definition says.
    fn naive(&self) -> Vec<f64> {
        let Layer {
            size_out,
            channels_out,
            ..
        } = self.layer;
        let mut values = Vec::new();
        for row in 0..size_out {
            for column in 0..size_out {
                let pixel = (0..channels_out).map(|channel| self.value(row, column, channel));
                values.extend(pixel);
            }
        }
        values
    }

    fn value(&self, row: usize, column: usize, channel: usize) -> f64 {
        let layer = &self.layer;
        let former = (row * layer.size_out + column) * layer.channels_out + channel;
        let mut sum = f64::from(self.bias[channel]);
        if layer.add {
            sum += f64::from(self.former[former]);
        }
        for y in 0..layer.kernel {
            for x in 0..layer.kernel {
                sum += self.weighted(
                    (row * layer.stride + y).checked_sub(layer.pad),
                    (column * layer.stride + x).checked_sub(layer.pad),
                    y * layer.kernel + x,
                    channel,
                );
            }
        }
        sum.clamp(f64::from(layer.low), f64::from(layer.high))
    }

    /// What one pixel of the source adds to a sum; nothing where it lies outside.
    fn weighted(&self, y: Option<usize>, x: Option<usize>, at: usize, channel: usize) -> f64 {
        let layer = &self.layer;
        let inside = |place: &usize| *place < layer.size_in;
        let (Some(y), Some(x)) = (y.filter(inside), x.filter(inside)) else {
            return 0.0;
        };
        let pixel = &self.source[(y * layer.size_in + x) * layer.channels_in..];
        let weights = &self.weights;
        if layer.step == Step::Depthwise {
            let weight = weights[at * layer.channels_out + channel];
            return f64::from(pixel[channel]) * f64::from(weight);
        }
        let first = at * layer.channels_in;
        (0..layer.channels_in)
            .map(|input| {
                let weight = weights[(first + input) * layer.channels_out + channel];
                f64::from(pixel[input]) * f64::from(weight)
            })
            .sum()
    }
}

fn assert_kernels_agree(shape: Shape, case: &Case) {
    let expected = case.naive();
    for isa in vectors() {
        let found = case.run(isa);
        assert_eq!(found.len(), expected.len());
        let largest = found
            .iter()
            .zip(&expected)
            .map(|(found, expected)| (f64::from(*found) - expected).abs())
            .fold(0.0, |worst: f64, error| {
                if error.is_nan() {
                    error
                } else {
                    worst.max(error)
                }
            });
        assert!(largest < TOLERANCE, "{shape:?}, {isa:?}: off by {largest}");
    }
}

/// Neither bound, as of a projection; both, as of Relu6; the lower one, as of Relu.
const CLAMPS: [(f32, f32); 3] = [
    (f32::NEG_INFINITY, f32::INFINITY),
    (0.0, 6.0),
    (0.0, f32::INFINITY),
];

#[test]
fn products_of_all_channels() {
    let mut random = Random(11);
    // 1, 4, 9, 25, 49 and 64 pixels: every tile that a tail is made of.
    for size in [1, 2, 3, 5, 7, 8] {
        for inputs in [3, 8, 24, 40] {
            for outputs in [3, 8, 24, 40] {
                for (add, clamp) in [false, true].into_iter().zip(CLAMPS.into_iter().cycle()) {
                    let shape = Shape::pointwise(size, inputs, outputs);
                    assert_kernels_agree(shape, &shape.case(&mut random, add, clamp));
                    let case = shape.case(&mut random, add, CLAMPS[1]);
                    assert_kernels_agree(shape, &case);
                }
            }
        }
    }
}

#[test]
fn products_of_many_channels_in_blocks() {
    let mut random = Random(12);
    for (size, inputs, outputs) in [(1, 1001, 1001), (7, 1001, 40), (14, 960, 24), (3, 40, 1001)] {
        for add in [false, true] {
            let shape = Shape::pointwise(size, inputs, outputs);
            let case = shape.case(&mut random, add, CLAMPS[0]);
            assert_kernels_agree(shape, &case);
        }
    }
}

#[test]
fn convolutions_of_every_channel_by_itself() {
    let mut random = Random(13);
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 15] {
        for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2), (2, 2), (3, 3)] {
            for same in [true, false] {
                if !same && size < kernel {
                    continue;
                }
                for (index, inputs) in [3, 8, 24, 40].into_iter().enumerate() {
                    let shape = Shape {
                        step: Step::Depthwise,
                        size,
                        inputs,
                        outputs: inputs,
                        kernel,
                        stride,
                        same,
                    };
                    let case = shape.case(&mut random, false, CLAMPS[index % 3]);
                    assert_kernels_agree(shape, &case);
                }
            }
        }
    }
}

#[test]
fn convolutions_of_the_image() {
    let mut random = Random(14);
    for size in [1, 2, 3, 5, 7, 8, 15, 33] {
        for (kernel, stride) in [(3, 2), (3, 1), (1, 1), (4, 3)] {
            for same in [true, false] {
                if !same && size < kernel {
                    continue;
                }
                for (index, outputs) in [3, 8, 24, 40].into_iter().enumerate() {
                    let shape = Shape {
                        step: Step::Conv,
                        size,
                        inputs: 3,
                        outputs,
                        kernel,
                        stride,
                        same,
                    };
                    let case = shape.case(&mut random, false, CLAMPS[index % 3]);
                    assert_kernels_agree(shape, &case);
                }
            }
        }
    }
}

#[test]
fn means_over_the_map() {
    let mut random = Random(15);
    for size in [1, 2, 3, 7] {
        for channels in [3, 8, 24, 40, 1001] {
            let shape = Shape {
                step: Step::Pool,
                ..Shape::pointwise(size, channels, channels)
            };
            let case = shape.case(&mut random, false, CLAMPS[0]);
            for isa in vectors() {
                for (channel, found) in case.run(isa).into_iter().enumerate() {
                    let values = case.source[channel..].iter().step_by(channels);
                    let sum: f64 = values.map(|value| f64::from(*value)).sum();
                    let expected = sum / (size * size) as f64;
                    assert!((f64::from(found) - expected).abs() < TOLERANCE, "{shape:?}");
                }
            }
        }
    }
}

#[test]
fn shares_of_the_exponentials() {
    let mut random = Random(16);
    for channels in [1, 3, 40, 1001] {
        // With scores whose exponentials alone no f32 holds.
        for scale in [1.0, 1000.0] {
            let shape = Shape {
                step: Step::Softmax,
                ..Shape::pointwise(1, channels, channels)
            };
            let mut case = shape.case(&mut random, false, CLAMPS[0]);
            case.source.iter_mut().for_each(|score| *score *= scale);
            let largest = case.source.iter().copied().fold(f32::MIN, f32::max);
            let powers: Vec<_> = case
                .source
                .iter()
                .map(|score| f64::from(score - largest).exp())
                .collect();
            let sum: f64 = powers.iter().sum();
            for isa in vectors() {
                for (found, power) in case.run(isa).iter().zip(&powers) {
                    assert!((f64::from(*found) - power / sum).abs() < 1e-6, "{shape:?}");
                }
            }
        }
    }
}

#[test]
fn tensorflow_gives_the_same_probabilities() {
    let mut model = Model::load(&PACKED).unwrap();
    assert_eq!(model.labels(), ["red", "green", "blue"]);
    let packed = Packed::read(PACKED.bytes).unwrap();
    let mut buffers = Buffers::new(&packed);
    for (tensor, probabilities) in expected() {
        let found = model.probabilities(&tensor).unwrap();
        assert_close(&found, &probabilities, 1e-6);
        let isa = Isa::chosen().unwrap();
        assert_eq!(run(isa, &packed, &tensor, &mut buffers), found);
        for isa in vectors() {
            let found = run(isa, &packed, &tensor, &mut buffers);
            assert_close(found, &probabilities, 1e-6);
        }
    }
}

#[test]
#[cfg(feature = "graph")]
fn the_graph_gives_the_same_probabilities() {
    let mut random = Random(17);
    let mut graph = Model::load(&crate::fixture::GRAPH).unwrap();
    let mut packed = Model::load(&PACKED).unwrap();
    for _ in 0..20 {
        let tensor = floats(&mut random, PACKED.values());
        let expected = graph.probabilities(&tensor).unwrap();
        assert_close(&packed.probabilities(&tensor).unwrap(), &expected, 1e-6);
    }
}

/// Run a file's model, if it can be read; say whether it could.
fn run_if_sound(bytes: &'static [u8], random: &mut Random) -> bool {
    let packed = match Packed::read(bytes) {
        Ok(packed) => packed,
        Err(error) => {
            refused::<Packed>(Err(error));
            return false;
        }
    };
    let image = floats(random, packed.size * packed.size * 3);
    let mut buffers = Buffers::new(&packed);
    for isa in vectors() {
        let found = run(isa, &packed, &image, &mut buffers);
        assert_eq!(found.len(), packed.classes);
    }
    true
}

#[test]
fn a_truncated_file() {
    let mut random = Random(18);
    for length in 0..PACKED.bytes.len() {
        let bytes = aligned(&PACKED.bytes[..length]);
        // The last weights may be there to fill a line up.
        if run_if_sound(bytes, &mut random) {
            assert!(PACKED.bytes.len() - length <= 64 - 4, "{length}");
        }
    }
}

#[test]
fn damage_is_refused_in_one_line_or_harmless() {
    let mut random = Random(19);
    let mut sound = 0;
    for _ in 0..2000 {
        let damaged = random.damaged(PACKED.bytes);
        sound += usize::from(run_if_sound(aligned(&damaged), &mut random));
    }
    assert!(sound > 100, "only {sound} of 2000 could be run");
}

#[test]
fn a_wrong_word_is_refused_in_one_line_or_harmless() {
    let mut random = Random(20);
    let words = (word(PACKED.bytes, 5) as usize - 8) / 4;
    let mut sound = 0;
    for index in 0..words {
        let right = word(PACKED.bytes, index);
        let wrong = (0..20).chain([24, 32, 40, 64, 255, 16_384, 1 << 20, 1 << 28, 1 << 31]);
        let wrong = wrong.chain([1, 4, 16].map(|less| right.wrapping_sub(less)));
        let wrong = wrong.chain([1, 4, 16].map(|more| right.wrapping_add(more)));
        for word in wrong.chain([u32::MAX, right.wrapping_mul(2), right / 2]) {
            sound += usize::from(run_if_sound(with_word(index, word), &mut random));
        }
    }
    assert!(sound > 100, "only {sound} could be run");
}

#[test]
fn two_wrong_words_are_refused_in_one_line_or_harmless() {
    let mut random = Random(21);
    let words = (word(PACKED.bytes, 5) as usize - 8) / 4;
    for _ in 0..20_000 {
        let mut bytes = PACKED.bytes.to_vec();
        for _ in 0..2 {
            let place = 8 + 4 * random.below(words);
            let word = random.below(40) as u32;
            bytes[place..place + 4].copy_from_slice(&word.to_le_bytes());
        }
        run_if_sound(aligned(&bytes), &mut random);
    }
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    for bytes in [&b""[..], b"hello", b"MOBPACK2", &[0; 100]] {
        assert!(refusal(bytes).contains("it has another beginning"));
    }
    assert!(refusal(aligned(b"MOBPACK1")).contains("cut off"));
    let other = 24 - PANEL as u32;
    assert!(refusal(with_word(0, other)).contains(&format!("{other} channels, not {PANEL}")));
    for index in 1..5 {
        assert!(refusal(with_word(index, 0)).contains("a count in its head"));
    }
    assert!(refusal(with_word(1, 16)).contains("its layer 0 does not fit"));
    assert!(refusal(with_word(1, 1 << 20)).contains("its image is too large"));
    assert!(refusal(with_word(2, 2)).contains("another number of classes"));
    assert!(refusal(with_word(5, 1 << 30)).contains("cut off"));
    assert!(refusal(with_word(6, 1 << 30)).contains("its buffers are too large"));
    let shifted = aligned(&[b"x", PACKED.bytes].concat());
    assert!(refusal(&shifted[1..]).contains("not aligned"));
    let first = 6 + word(PACKED.bytes, 3) as usize;
    assert!(refusal(with_word(first, 5)).contains("a layer of an unknown kind"));
    assert!(refusal(with_word(first + 13, 1 << 30)).contains("its weights are cut off"));
}

#[test]
fn a_model_of_another_size_or_with_other_labels() {
    let load = |source: Source<'static>| message(Model::load(&source));
    let said = load(Source { size: 4, ..PACKED });
    assert!(said.contains("takes 8x8, not 4x4"), "{said}");
    let labels = "red\ngreen\n";
    let said = load(Source { labels, ..PACKED });
    assert!(said.contains("3 classes but 2 labels"), "{said}");
}

#[test]
fn weights_that_are_not_finite() {
    let start = word(PACKED.bytes, 5) as usize;
    let mut bytes = PACKED.bytes.to_vec();
    bytes[start..].fill(0xff);
    let bytes = aligned(&bytes);
    let mut model = Model::load(&Source { bytes, ..PACKED }).unwrap();
    let answer = model.probabilities(&vec![0.5; PACKED.values()]);
    assert!(message(answer).contains("not finite"));
}

#[test]
fn a_nan_in_any_layer_reaches_the_answer() {
    let (first, start) = (
        6 + word(PACKED.bytes, 3) as usize,
        word(PACKED.bytes, 5) as usize,
    );
    let image = vec![0.5; PACKED.values()];
    let mut weighted = 0;
    for record in (0..word(PACKED.bytes, 4) as usize).map(|layer| first + 15 * layer) {
        // Of a convolution, a depthwise and a pointwise one: weights and bias.
        for part in [13, 14] {
            if word(PACKED.bytes, record) > 2 {
                continue;
            }
            weighted += 1;
            let place = start + 4 * word(PACKED.bytes, record + part) as usize;
            let mut bytes = PACKED.bytes.to_vec();
            bytes[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
            let bytes = aligned(&bytes);
            let packed = Packed::read(bytes).unwrap();
            for isa in vectors() {
                let mut buffers = Buffers::new(&packed);
                let found = run(isa, &packed, &image, &mut buffers);
                assert!(found.iter().all(|value| value.is_nan()), "{isa}, {record}");
            }
            let mut model = Model::load(&Source { bytes, ..PACKED }).unwrap();
            assert!(message(model.probabilities(&image)).contains("not finite"));
        }
    }
    assert_eq!(weighted, 6);
}

#[test]
fn a_nan_passes_every_clamp_and_reaches_its_channel_alone() {
    let mut random = Random(25);
    let pointwise = Shape::pointwise(8, 24, 40);
    let depthwise = Shape {
        step: Step::Depthwise,
        outputs: 24,
        kernel: 3,
        ..pointwise
    };
    let strided = Shape {
        stride: 2,
        ..depthwise
    };
    let conv = Shape {
        step: Step::Conv,
        inputs: 3,
        kernel: 3,
        ..pointwise
    };
    for shape in [pointwise, depthwise, strided, conv] {
        for clamp in CLAMPS {
            let mut case = shape.case(&mut random, false, clamp);
            let mut bias = case.layer.bias.to_vec();
            bias[5] = f32::NAN;
            case.layer.bias = bias.leak();
            let channels = case.layer.channels_out;
            for isa in vectors() {
                let found = case.run(isa);
                let wrong = (0..found.len())
                    .find(|index| found[*index].is_nan() != (index % channels == 5));
                assert_eq!(wrong, None, "{shape:?}, {isa}");
            }
        }
    }
}

/// A layer with something changed, and the floats of its source's and its target's buffer.
type Change = fn(&mut Layer, &mut [usize]);

#[test]
fn layers_that_do_not_fit() {
    let pointwise = Shape::pointwise(3, 24, 40);
    let depthwise = Shape {
        step: Step::Depthwise,
        outputs: 24,
        kernel: 3,
        ..pointwise
    };
    let conv = Shape {
        step: Step::Conv,
        inputs: 3,
        kernel: 3,
        ..pointwise
    };
    let pool = Shape {
        step: Step::Pool,
        outputs: 24,
        ..pointwise
    };
    let softmax = Shape {
        step: Step::Softmax,
        size: 1,
        ..pool
    };
    let inner = [pointwise, depthwise, pool, softmax];
    let weighted = [pointwise, depthwise, conv];
    let all = [pointwise, depthwise, conv, pool, softmax];
    let changes: [(&[Shape], Change); 25] = [
        (&all, |layer, _| layer.target = 3),
        (&all, |layer, _| layer.target = usize::MAX),
        (&all, |_, room| room[1] -= 1),
        (&inner, |_, room| room[0] -= 1),
        (&inner, |layer, _| layer.source = Some(1)),
        (&inner, |layer, _| layer.source = Some(3)),
        (&inner, |layer, _| layer.source = None),
        (&[conv], |layer, _| layer.source = Some(0)),
        (&[conv], |layer, _| layer.channels_in = 2),
        (&all, |layer, _| layer.size_in = 0),
        (&all, |layer, _| layer.size_out = 0),
        (&all, |layer, _| layer.channels_in = 0),
        (&all, |layer, _| layer.channels_out = 0),
        (&all, |layer, _| layer.kernel = 0),
        (&all, |layer, _| layer.stride = 0),
        (&all, |layer, _| layer.pad = layer.kernel),
        (&all, |layer, _| layer.size_out *= 1 << 20),
        // Each clamp passes a NaN of its operand: one of its bound would take the clamp away.
        (&weighted, |layer, _| layer.low = f32::NAN),
        (&weighted, |layer, _| layer.high = f32::NAN),
        (&weighted, |layer, _| (layer.low, layer.high) = (6.0, 0.0)),
        (&weighted, |layer, _| {
            layer.weights = &layer.weights[1..];
        }),
        (&weighted, |layer, _| layer.bias = &layer.bias[1..]),
        (&[depthwise, pool, softmax], |layer, _| {
            layer.channels_out += PANEL;
        }),
        (&[pointwise, pool, softmax], |layer, _| layer.size_out = 2),
        (&[depthwise, conv, pool, softmax], |layer, _| {
            layer.add = true;
        }),
    ];
    let mut random = Random(22);
    for (index, (shapes, change)) in changes.into_iter().enumerate() {
        for shape in shapes {
            let case = shape.case(&mut random, false, CLAMPS[0]);
            let mut layer = case.layer.clone();
            let inner = layer.size_in.pow(2) * padded(layer.channels_in);
            let outer = layer.size_out.pow(2) * padded(layer.channels_out);
            let mut room = vec![inner, outer];
            change(&mut layer, &mut room);
            let classes = layer.channels_out;
            let said = refused(Packed::new(case.layer.size_in, classes, room, vec![layer]));
            assert!(
                said.contains("its layer 0 does not fit"),
                "{index}, {shape:?}: {said}"
            );
        }
    }
}

#[test]
fn models_that_are_none() {
    let case = Shape::pointwise(3, 8, 8).case(&mut Random(23), false, CLAMPS[0]);
    let room = || vec![9 * padded(8); 2];
    let said = refused(Packed::new(3, 8, room(), vec![]));
    assert!(said.contains("last layer"), "{said}");
    // A map, where a vector of probabilities should be.
    let said = refused(Packed::new(3, 8, room(), vec![case.layer]));
    assert!(said.contains("last layer"), "{said}");
    let said = refused(Packed::new(3, 8, vec![usize::MAX, 8], vec![]));
    assert!(said.contains("its buffers are too large"), "{said}");
}

#[test]
#[should_panic(expected = "left: 191")]
fn an_image_of_another_size() {
    let packed = Packed::read(PACKED.bytes).unwrap();
    run(
        Isa::Portable,
        &packed,
        &[0.0; 191],
        &mut Buffers::new(&packed),
    );
}

#[test]
#[should_panic(expected = "assertion failed")]
fn buffers_of_another_model() {
    let case = Shape::pointwise(3, 8, 8).case(&mut Random(24), false, CLAMPS[0]);
    let packed = Packed::read(PACKED.bytes).unwrap();
    run(
        Isa::Portable,
        &packed,
        &[0.0; 192],
        &mut Buffers::new(&case.model()),
    );
}
