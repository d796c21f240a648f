//! The request: what to classify, and what to tell about it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::{Error, Result};

const MOST_ITERATIONS: u32 = 1_000_000;

/// The JSON object of a request; keys that are not listed here are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    image: Option<String>,
    tensor: Option<String>,
    top: Option<usize>,
    #[serde(default = "once")]
    iterations: u32,
    #[serde(default)]
    phases: bool,
    #[serde(default)]
    probabilities: bool,
}

fn once() -> u32 {
    1
}

/// What is classified.
#[derive(Debug, PartialEq)]
pub enum Input {
    /// The bytes of a JPEG, PNG or BMP file.
    Image(Vec<u8>),
    /// Values in the model's input range, NHWC.
    Tensor(Vec<f32>),
}

/// A request, read and checked.
#[derive(Debug, PartialEq)]
pub struct Request {
    pub input: Input,
    /// How many of the best classes to name.
    pub top: Option<usize>,
    /// How many times to classify after the model is loaded.
    pub iterations: u32,
    /// Whether to tell where the time went.
    pub phases: bool,
    /// Whether to give every class's probability.
    pub probabilities: bool,
}

impl Request {
    /// Read a request.
    ///
    /// # Errors
    /// No JSON, an unknown key, a value out of range, wrong base64, or not exactly one input.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::new(
                "the request is empty; send {\"image\": \"<base64>\"}",
            ));
        }
        let json: Json = serde_json::from_slice(bytes).map_err(|error| {
            Error::new(format!("the request is not valid JSON for this: {error}"))
        })?;
        if !(1..=MOST_ITERATIONS).contains(&json.iterations) {
            let most = MOST_ITERATIONS;
            return Err(Error::new(format!("`iterations` must be from 1 to {most}")));
        }
        let input = match (&json.image, &json.tensor) {
            (Some(image), None) => Input::Image(decode("image", image)?),
            (None, Some(tensor)) => Input::Tensor(floats(&decode("tensor", tensor)?)?),
            _ => {
                return Err(Error::new(
                    "the request needs exactly one of `image` and `tensor`",
                ));
            }
        };
        Ok(Self {
            input,
            top: json.top,
            iterations: json.iterations,
            phases: json.phases,
            probabilities: json.probabilities,
        })
    }
}

fn decode(key: &str, text: &str) -> Result<Vec<u8>> {
    STANDARD
        .decode(text)
        .map_err(|error| Error::new(format!("`{key}` is not base64: {error}")))
}

/// Little-endian f32 values; refuses what no image can give.
fn floats(bytes: &[u8]) -> Result<Vec<f32>> {
    if !bytes.len().is_multiple_of(4) {
        return Err(Error::new(
            "`tensor` is not a whole number of little-endian f32 values",
        ));
    }
    let values: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]))
        .collect();
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(Error::new("`tensor` holds a value that is not finite"))
    }
}
