//! The packed form in integers: numpy's levels and scores (data/make_integers.py), bit for bit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mobilenet_oc::packed::integers::{Buffers, MAGIC, Packed, run};
use mobilenet_oc::packed::padded;
use serde_json::Value;

use crate::packed::{aligned, refused, vectors};

/// Activations of 8 bits, and of 7.
const NUMBERS: [&str; 2] = ["w8a8", "w8a7"];
const CLASSES: usize = 3;
/// Words of the head, of the sizes of the file's buffers, and of a record.
const HEAD: usize = 9;
const BUFFERS: usize = 9;
const RECORD: usize = 19;

#[cfg(not(target_arch = "wasm32"))]
const FILES: [&[u8]; 2] = [
    include_bytes!("../data/integers-w8a8-16.bin"),
    include_bytes!("../data/integers-w8a7-16.bin"),
];
#[cfg(target_arch = "wasm32")]
const FILES: [&[u8]; 2] = [
    include_bytes!("../data/integers-w8a8-8.bin"),
    include_bytes!("../data/integers-w8a7-8.bin"),
];

fn numbers<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value(value.clone()).unwrap()
}

fn tensor(row: &Value) -> Vec<f32> {
    let bytes = STANDARD.decode(row["tensor"].as_str().unwrap()).unwrap();
    let (floats, _) = bytes.as_chunks();
    floats.iter().copied().map(f32::from_le_bytes).collect()
}

/// Levels of a map without what fills its pixels up.
fn channels(map: &[u8], levels: usize, channels: usize) -> Vec<u8> {
    let pixels = map[..levels / channels * padded(channels)].chunks_exact(padded(channels));
    pixels
        .flat_map(|pixel| &pixel[..channels])
        .copied()
        .collect()
}

#[test]
fn every_layer_is_as_numpy_computes_it() {
    let expected: Value = serde_json::from_str(include_str!("../data/integers.json")).unwrap();
    let places: Vec<usize> = numbers(&expected["places"]);
    let widths: Vec<usize> = numbers(&expected["channels"]);
    for (form, file) in NUMBERS.iter().zip(FILES) {
        let packed = Packed::read(aligned(file)).unwrap();
        let rows = expected["rows"][form].as_array().unwrap();
        assert!(!rows.is_empty());
        for (row, isa) in rows
            .iter()
            .flat_map(|row| vectors().map(move |isa| (row, isa)))
        {
            let mut buffers = Buffers::new(&packed);
            run(isa, &packed, &tensor(row), &mut buffers);
            let maps = row["maps"].as_array().unwrap();
            for (index, map) in maps.iter().enumerate() {
                // What a later layer writes over is not there any more.
                if places[index + 1..].contains(&places[index]) {
                    continue;
                }
                let map: Vec<u8> = numbers(map);
                let found = channels(buffers.map(places[index]), map.len(), widths[index]);
                assert_eq!(found, map, "{form}, {isa}: layer {index}");
            }
            let scores = buffers.scores()[..CLASSES]
                .iter()
                .map(|score| score.to_bits());
            let expected: Vec<u32> = numbers(&row["scores"]);
            assert_eq!(scores.collect::<Vec<_>>(), expected, "{form}, {isa}");
        }
    }
}

#[test]
fn probabilities_are_shares() {
    let packed = Packed::read(aligned(FILES[0])).unwrap();
    let mut buffers = Buffers::new(&packed);
    for isa in vectors() {
        let found = run(isa, &packed, &[0.5; 9 * 9 * 3], &mut buffers);
        assert_eq!(found.len(), CLASSES);
        assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{found:?}");
    }
}

/// The file with one of its words, after the magic, replaced.
fn with_word(index: usize, word: u32) -> &'static [u8] {
    let mut bytes = FILES[0].to_vec();
    bytes[MAGIC.len() + 4 * index..][..4].copy_from_slice(&word.to_le_bytes());
    aligned(&bytes)
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_refused() {
    let record = |layer: usize, word: usize| HEAD + BUFFERS + layer * RECORD + word;
    let huge = u32::MAX / 2;
    let (half, nan) = (0.5_f32.to_bits(), f32::NAN.to_bits());
    for (word, value, reason) in [
        (0, 7, "its panels are of 7 channels"),
        (6, 256, "a number in its head is out of range"),
        (5, huge, "it is cut off"),
        (record(0, 0), 9, "it has a layer of an unknown kind"),
        (record(0, 11), half, "its layer 0 does not fit"),
        (record(0, 12), nan, "its layer 0 does not fit"),
        (record(0, 13), huge, "its weights are cut off"),
        (record(0, 14), 2, "its weights are not aligned"),
        (record(3, 15), huge, "its weights are cut off"),
        (record(3, 16), 256, "a level in it is out of range"),
        (record(7, 0), 4, "does not fit"),
        (
            record(8, 0),
            3,
            "it does not end with scores and their softmax",
        ),
    ] {
        let said = refused(Packed::read(with_word(word, value)));
        assert!(said.contains(reason), "word {word}: {said}");
    }
    // The last part ends with less than a line of padding.
    for length in (0..FILES[0].len() - 64).step_by(13) {
        refused(Packed::read(aligned(&FILES[0][..length])));
    }
}
