//! Hands the model to the classifier: from MOBILENET_* variables, else from `../results/model`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

const RECORD: &str = "../results/model/model.json";
const ADVICE: &str =
    "run `snakemake --cores 4 model` in the checkout, or set the MOBILENET_* variables (README.md)";

fn main() {
    if let Err(message) = generate() {
        println!("cargo::error={message}");
    }
}

/// Write `model_data.rs`: the constants that `src/embedded.rs` includes.
fn generate() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={RECORD}");
    let record = fs::read_to_string(RECORD)
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let model = file("MOBILENET_MODEL", "../results/model/model.pb")?;
    let labels = file("MOBILENET_LABELS", "../results/model/labels.txt")?;
    let size = positive(&setting("MOBILENET_SIZE", &record, "size")?)?;
    let (low, high) = range(&setting("MOBILENET_INPUT_RANGE", &record, "input_range")?)?;
    let input = setting("MOBILENET_INPUT", &record, "input")?;
    let output = setting("MOBILENET_OUTPUT", &record, "output")?;
    if fs::read_to_string(&labels).map_or(true, |text| text.trim().is_empty()) {
        return Err(format!(
            "no labels in {}; it takes one label a line",
            labels.display()
        ));
    }
    let code = format!(
        "pub static GRAPH: &[u8] = include_bytes!({model:?});\n\
         pub static LABELS: &str = include_str!({labels:?});\n\
         pub const SIZE: usize = {size};\n\
         pub const INPUT_RANGE: (f32, f32) = ({low:?}, {high:?});\n\
         pub const INPUT: &str = {input:?};\n\
         pub const OUTPUT: &str = {output:?};\n"
    );
    let folder = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    fs::write(Path::new(&folder).join("model_data.rs"), code).map_err(|error| error.to_string())
}

/// A file named by a variable, else its default place, as an absolute path.
fn file(variable: &str, default: &str) -> Result<PathBuf, String> {
    println!("cargo::rerun-if-env-changed={variable}");
    let path = env::var(variable).unwrap_or_else(|_| default.to_string());
    println!("cargo::rerun-if-changed={path}");
    fs::canonicalize(&path).map_err(|error| format!("cannot read {path} ({error}); {ADVICE}"))
}

/// A setting from its variable, else from the model's record.
fn setting(variable: &str, record: &Option<Value>, key: &str) -> Result<String, String> {
    println!("cargo::rerun-if-env-changed={variable}");
    if let Ok(value) = env::var(variable) {
        return Ok(value);
    }
    match record.as_ref().and_then(|record| record.get(key)) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(values)) => Ok(values
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(",")),
        Some(value) => Ok(value.to_string()),
        None => Err(format!(
            "{variable} is not set and {RECORD} has no `{key}`; {ADVICE}"
        )),
    }
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|size| *size > 0)
        .ok_or_else(|| format!("MOBILENET_SIZE: {text:?} is no positive number"))
}

fn range(text: &str) -> Result<(f32, f32), String> {
    let parsed = text.split_once(',').and_then(|(low, high)| {
        Some((
            low.trim().parse::<f32>().ok()?,
            high.trim().parse::<f32>().ok()?,
        ))
    });
    parsed
        .filter(|(low, high)| low < high)
        .ok_or_else(|| format!("MOBILENET_INPUT_RANGE: {text:?} is no pair low,high such as -1,1"))
}
