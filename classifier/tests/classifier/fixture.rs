//! What the tests share: a tiny model, images, requests, and random numbers that never change.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, Rgb, RgbImage};
use mobilenet_oc::answer::Answer;
use mobilenet_oc::classify::classify;
use mobilenet_oc::error::Error;
use mobilenet_oc::phases::Phases;
use mobilenet_oc::request::Request;
use mobilenet_oc::source::Source;
use serde_json::{Value, json};

pub const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Bmp];

/// A model of MobileNet's operations that tells an image's strongest colour (data/make_tiny.py).
pub const TINY: Source<'static> = if cfg!(feature = "graph") {
    GRAPH
} else {
    PACKED
};

/// It as a frozen graph.
pub const GRAPH: Source<'static> = Source {
    bytes: include_bytes!("../data/tiny.pb"),
    labels: include_str!("../data/labels.txt"),
    size: 8,
    input_range: (-1.0, 1.0),
    input: "input",
    output: "MobilenetV2/Predictions/Reshape_1",
};

/// It as packed layers, for the kernels of this target.
pub const PACKED: Source<'static> = Source {
    bytes: &FILE.0,
    ..GRAPH
};

#[cfg(not(target_arch = "wasm32"))]
const FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../data/tiny-16.bin"));
#[cfg(target_arch = "wasm32")]
const FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../data/tiny-8.bin"));

/// Bytes at a multiple of 64.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

/// Some tensors, and TensorFlow's probabilities for them.
pub fn expected() -> Vec<(Vec<f32>, Vec<f32>)> {
    let rows: Value = serde_json::from_str(include_str!("../data/expected.json")).unwrap();
    let tensor = |row: &Value| {
        let bytes = STANDARD.decode(row["tensor"].as_str().unwrap()).unwrap();
        let chunks = bytes.chunks_exact(4);
        chunks
            .map(|chunk| f32::from_le_bytes(chunk.try_into().unwrap()))
            .collect()
    };
    let probabilities = |row: &Value| serde_json::from_value(row["probabilities"].clone()).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty());
    rows.iter()
        .map(|row| (tensor(row), probabilities(row)))
        .collect()
}

/// Whether values are, but for `tolerance`, what was expected.
pub fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    let close = |(found, expected): (&f32, &f32)| (found - expected).abs() < tolerance;
    assert!(
        found.iter().zip(expected).all(close),
        "{found:?} for {expected:?}"
    );
}

/// An image file of `width` x `height` pixels.
pub fn file(
    format: ImageFormat,
    width: u32,
    height: u32,
    pixel: impl Fn(u32, u32) -> [u8; 3],
) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb(pixel(x, y)));
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A PNG of one colour.
pub fn plain(colour: [u8; 3]) -> Vec<u8> {
    file(ImageFormat::Png, 20, 10, |_, _| colour)
}

/// A request for an image, with more keys.
pub fn image_request(file: &[u8], keys: Value) -> Vec<u8> {
    request("image", file, keys)
}

/// A request for a tensor, with more keys.
pub fn tensor_request(values: &[f32], keys: Value) -> Vec<u8> {
    let bytes: Vec<u8> = values.iter().copied().flat_map(f32::to_le_bytes).collect();
    request("tensor", &bytes, keys)
}

fn request(key: &str, bytes: &[u8], mut keys: Value) -> Vec<u8> {
    keys[key] = json!(STANDARD.encode(bytes));
    keys.to_string().into_bytes()
}

/// What a model answers to a request.
pub fn ask(source: &Source<'static>, request: Vec<u8>) -> Result<Answer, Error> {
    classify(source, &mut None, Phases::enter(), || {
        Request::from_json(&request)
    })
}

/// The text of an error, which is one line.
pub fn message<T>(result: Result<T, Error>) -> String {
    let text = match result {
        Ok(_) => panic!("no error"),
        Err(error) => error.to_string(),
    };
    assert!(!text.is_empty() && !text.contains('\n'), "{text}");
    text
}

/// Random numbers, the same ones in every run.
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`, by Knuth's MMIX generator.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// `bytes` with some of them changed, or with their end cut off.
    pub fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len());
            bytes[place] = self.below(256) as u8;
        }
        if self.below(3) == 0 {
            bytes.truncate(self.below(bytes.len()));
        }
        bytes
    }
}
