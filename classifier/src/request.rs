//! The request: what to classify, and what to tell about it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::{Error, Result};

const EXAMPLE: &str = r#"send {"image": "<base64 of a JPEG, PNG or BMP file>"}"#;
const MOST_ITERATIONS: u32 = 1_000_000;
/// An action has a minute, and others wait for the same machine.
const MOST_ITERATIONS_OF_ACTIONS: u32 = 100;
/// How OpenWhisk's own parameters begin, which it adds to a web action's.
const OPENWHISK: &str = "__ow_";

/// The JSON object of a request.
#[derive(Debug, Deserialize)]
struct Json {
    image: Option<String>,
    tensor: Option<String>,
    top: Option<usize>,
    iterations: Option<u32>,
    #[serde(default)]
    phases: bool,
    #[serde(default)]
    probabilities: bool,
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
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
    /// How many times to classify after the model is loaded, each time told.
    pub iterations: Option<u32>,
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
        Self::checked(parse(bytes)?, MOST_ITERATIONS)
    }

    /// Read a request to an action: without what OpenWhisk adds, with few iterations.
    ///
    /// # Errors
    /// As [`Request::from_json`].
    pub fn from_action(bytes: &[u8]) -> Result<Self> {
        let mut json = parse(bytes)?;
        json.unknown.retain(|key, _| !key.starts_with(OPENWHISK));
        Self::checked(json, MOST_ITERATIONS_OF_ACTIONS)
    }

    fn checked(json: Json, most: u32) -> Result<Self> {
        if let Some(key) = json.unknown.keys().next() {
            return Err(Error::new(format!(
                "the request has an unknown key `{key}`; {EXAMPLE}"
            )));
        }
        if !json
            .iterations
            .is_none_or(|count| (1..=most).contains(&count))
        {
            return Err(Error::new(format!("`iterations` must be from 1 to {most}")));
        }
        let input = match (&json.image, &json.tensor) {
            (Some(image), None) => Input::Image(decode("image", image)?),
            (None, Some(tensor)) => Input::Tensor(floats(&decode("tensor", tensor)?)?),
            (None, None) => {
                return Err(Error::new(format!("the request holds no image; {EXAMPLE}")));
            }
            (Some(_), Some(_)) => {
                return Err(Error::new(
                    "the request holds `image` and `tensor`; send one of them",
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

/// The JSON object, as it stands.
fn parse(bytes: &[u8]) -> Result<Json> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let wrong = match first {
        None => "the request is empty".to_string(),
        // Without this, serde would take an array of the values in order, too.
        Some(b'[') => "the request is an array".to_string(),
        Some(_) => match serde_json::from_slice(bytes) {
            Ok(json) => return Ok(json),
            Err(error) if error.is_data() => format!("the request is not understood: {error}"),
            Err(error) => format!("the request is no JSON: {error}"),
        },
    };
    Err(Error::new(format!("{wrong}; {EXAMPLE}")))
}

fn decode(key: &str, text: &str) -> Result<Vec<u8>> {
    let bytes = STANDARD.decode(text).map_err(|error| {
        Error::new(format!(
            "`{key}` is not base64: {error}; encode the bytes alone, without line breaks, as `base64 -w0` does"
        ))
    })?;
    if bytes.is_empty() {
        return Err(Error::new(format!("`{key}` is empty; {EXAMPLE}")));
    }
    Ok(bytes)
}

/// Little-endian f32 values; refuses what no image can give.
fn floats(bytes: &[u8]) -> Result<Vec<f32>> {
    if !bytes.len().is_multiple_of(4) {
        return Err(Error::new(
            "`tensor` is not a whole number of f32 values, 4 bytes each, little-endian",
        ));
    }
    let values: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]))
        .collect();
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(Error::new(
            "`tensor` holds NaN or infinity; send finite values",
        ))
    }
}
