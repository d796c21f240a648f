//! Blocks that run strip by strip, against their layers run one after another, bit by bit.

use mobilenet_oc::packed::{Buffers, Isa, Layer, Packed, Step, padded, run};

use crate::fixture::Random;
use crate::packed::{Shape, floats, vectors};

/// Where the expanded and the filtered map are, and what is behind the block.
const EXPANDED: usize = 1;
const LAST: usize = 4;
const RELU6: (f32, f32) = (0.0, 6.0);
const LINEAR: (f32, f32) = (f32::NEG_INFINITY, f32::INFINITY);

/// A block and the buffers that its layers read and write.
#[derive(Debug, Clone, Copy)]
struct Block {
    size: usize,
    channels: [usize; 3],
    kernel: usize,
    stride: usize,
    same: bool,
    /// Whether the first layer is a convolution of the image.
    of_image: bool,
    filtered: usize,
    result: usize,
    add: bool,
}

/// 70 rows of 48 channels are more than one strip, and not a whole number of them.
const BLOCK: Block = Block {
    size: 70,
    channels: [5, 48, 7],
    kernel: 3,
    stride: 1,
    same: true,
    of_image: false,
    filtered: 2,
    result: 3,
    add: false,
};

impl Block {
    fn layers(self, random: &mut Random) -> Vec<Layer> {
        let [inputs, inner, outputs] = self.channels;
        let expand = Shape {
            step: if self.of_image {
                Step::Conv
            } else {
                Step::Pointwise
            },
            kernel: if self.of_image { 3 } else { 1 },
            ..Shape::pointwise(self.size, inputs, inner)
        };
        let depthwise = Shape {
            step: Step::Depthwise,
            kernel: self.kernel,
            stride: self.stride,
            same: self.same,
            ..Shape::pointwise(self.size, inner, inner)
        };
        let expand = Layer {
            target: EXPANDED,
            ..expand.case(random, false, RELU6).layer
        };
        let depthwise = Layer {
            source: Some(EXPANDED),
            target: self.filtered,
            ..depthwise.case(random, false, RELU6).layer
        };
        let project = Shape::pointwise(depthwise.size_out, inner, outputs);
        let project = Layer {
            source: Some(self.filtered),
            target: self.result,
            ..project.case(random, self.add, LINEAR).layer
        };
        let mean = mean(&project);
        vec![expand, depthwise, project, mean]
    }

    /// Whether the block keeps no whole map between its layers, and gives what they give.
    fn agrees(self, layers: &[Layer]) -> bool {
        let mut random = Random(31);
        let maps: Vec<_> = rooms(layers)
            .into_iter()
            .map(|room| floats(&mut random, room))
            .collect();
        let image = floats(&mut random, self.size * self.size * 3);
        let mut without = Vec::new();
        for isa in vectors() {
            let (found, expected) = (
                together(isa, layers, &image, &maps),
                one_by_one(isa, layers, &image, &maps),
            );
            let bits = |map: &[f32]| map.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let result = layers.last().unwrap().source.unwrap();
            // A buffer may have room for more than the last that is written to it.
            let count = found[result].len().min(expected[result].len());
            assert!(count > 0);
            for buffer in [result, LAST] {
                let (found, expected) = (&found[buffer], &expected[buffer]);
                let floats = if buffer == LAST { found.len() } else { count };
                assert!(
                    bits(&found[..floats]) == bits(&expected[..floats]),
                    "{self:?}, {isa}"
                );
            }
            without.push(found[EXPANDED].len() < maps[EXPANDED].len());
        }
        assert!(without.iter().all(|each| *each == without[0]));
        without[0]
    }
}

fn mean(layer: &Layer) -> Layer {
    Layer {
        step: Step::Pool,
        source: Some(layer.target),
        target: LAST,
        add: false,
        size_in: layer.size_out,
        channels_in: layer.channels_out,
        size_out: 1,
        ..layer.clone()
    }
}

/// Floats that each buffer needs where every map is whole.
fn rooms(layers: &[Layer]) -> Vec<usize> {
    let mut rooms = vec![0; LAST + 1];
    for layer in layers {
        let written = layer.size_out.pow(2) * padded(layer.channels_out);
        rooms[layer.target] = rooms[layer.target].max(written);
        if let Some(source) = layer.source {
            let read = layer.size_in.pow(2) * padded(layer.channels_in);
            rooms[source] = rooms[source].max(read);
        }
    }
    rooms
}

/// The maps after all layers of one model.
fn together(isa: Isa, layers: &[Layer], image: &[f32], maps: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let classes = layers.last().unwrap().channels_out;
    let size = layers[0].size_in;
    let packed = Packed::new(size, classes, rooms(layers), layers.to_vec()).unwrap();
    let mut buffers = Buffers::new(&packed);
    for (index, map) in maps.iter().enumerate() {
        let room = buffers.map(index);
        room.copy_from_slice(&map[..room.len()]);
    }
    run(isa, &packed, image, &mut buffers);
    (0..maps.len())
        .map(|index| buffers.map(index).to_vec())
        .collect()
}

/// The maps after each layer in a model of its own.
fn one_by_one(isa: Isa, layers: &[Layer], image: &[f32], maps: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut maps = maps.to_vec();
    let rooms = rooms(layers);
    for layer in layers {
        let alone = if layer.size_out == 1 {
            vec![layer.clone()]
        } else {
            vec![layer.clone(), mean(layer)]
        };
        let packed = Packed::new(
            layers[0].size_in,
            layer.channels_out,
            {
                let mut rooms = rooms.clone();
                rooms[LAST] = rooms[LAST].max(padded(layer.channels_out));
                rooms
            },
            alone,
        )
        .unwrap();
        let mut buffers = Buffers::new(&packed);
        for (index, map) in maps.iter().enumerate() {
            buffers.map(index)[..map.len()].copy_from_slice(map);
        }
        run(isa, &packed, image, &mut buffers);
        for (index, map) in maps.iter_mut().enumerate() {
            let count = map.len();
            map.copy_from_slice(&buffers.map(index)[..count]);
        }
    }
    maps
}

#[test]
fn strips_give_what_layers_give() {
    let mut random = Random(32);
    for (size, inner) in [(70, 48), (61, 64), (9, 24), (1, 8)] {
        for (kernel, stride, same) in [
            (3, 1, true),
            (3, 2, true),
            (3, 1, false),
            (5, 2, true),
            (2, 3, true),
            (1, 1, true),
        ] {
            if !same && size < kernel {
                continue;
            }
            for of_image in [false, true] {
                let block = Block {
                    size,
                    channels: [if of_image { 3 } else { 5 }, inner, 7],
                    kernel,
                    stride,
                    same,
                    of_image,
                    ..BLOCK
                };
                let layers = block.layers(&mut random);
                assert!(block.agrees(&layers), "{block:?}");
            }
        }
    }
}

#[test]
fn strips_over_a_block_s_own_input() {
    let mut random = Random(33);
    for size in [70, 61, 9, 1] {
        let block = Block {
            size,
            channels: [7, 48, 7],
            result: 0,
            add: true,
            ..BLOCK
        };
        let layers = block.layers(&mut random);
        assert!(block.agrees(&layers), "{block:?}");
    }
    // As the packing places the maps of a block without an addition.
    let block = Block {
        filtered: 0,
        result: EXPANDED,
        ..BLOCK
    };
    let layers = block.layers(&mut random);
    assert!(block.agrees(&layers));
}

#[test]
fn what_may_not_run_in_strips_runs_whole() {
    let mut random = Random(34);
    // Rows of the result that lie over rows of the input that are still to be read.
    for block in [
        Block {
            result: 0,
            stride: 2,
            ..BLOCK
        },
        Block {
            result: 0,
            channels: [5, 48, 40],
            ..BLOCK
        },
        // What is added is the expanded map.
        Block {
            result: EXPANDED,
            channels: [5, 7, 7],
            size: 200,
            add: true,
            ..BLOCK
        },
    ] {
        let layers = block.layers(&mut random);
        assert!(!block.agrees(&layers), "{block:?}");
    }
    // A map between the layers that is read again.
    for (again, channels, size) in [(0, 48, 70), (1, 48, 70)] {
        let mut layers = BLOCK.layers(&mut random);
        let read = mean(&layers[again]);
        assert_eq!((read.channels_in, read.size_in), (channels, size));
        layers[3] = read;
        assert!(!BLOCK.agrees(&layers), "{again}");
    }
}
