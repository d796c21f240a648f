//! Hands the model to the classifier: as the MOBILENET_* variables say, else from `../results/model`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub const MODEL: &str = "../results/model/model.pb";
pub const LABELS: &str = "../results/model/labels.txt";
const RECORD: &str = "../results/model/model.json";
/// All of them are set, or none.
pub const VARIABLES: [&str; 6] = [
    "MOBILENET_MODEL",
    "MOBILENET_LABELS",
    "MOBILENET_SIZE",
    "MOBILENET_INPUT_RANGE",
    "MOBILENET_INPUT",
    "MOBILENET_OUTPUT",
];
const ADVICE: &str = "run `snakemake --cores 4 model` in the checkout, or set the MOBILENET_* variables as classifier/README.md says";
const LARGEST_SIZE: usize = 4096;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for variable in VARIABLES {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    if let Err(message) = generate() {
        println!("cargo::error={message}");
    }
}

/// Write the items that `src/embedded.rs` includes.
fn generate() -> Result<(), String> {
    let settings = match Settings::from_variables(|name| env::var(name).ok())? {
        Some(settings) => settings,
        None => {
            println!("cargo::rerun-if-changed={RECORD}");
            let text = fs::read_to_string(RECORD)
                .map_err(|error| format!("cannot read {RECORD}: {error}; {ADVICE}"))?;
            Settings::from_record(&text)?
        }
    };
    for path in [&settings.model, &settings.labels] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let folder = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let file = Path::new(&folder).join("embedded_source.rs");
    fs::write(&file, settings.items()?).map_err(|error| error.to_string())
}

/// A model, as the build is told of it.
#[derive(Debug, PartialEq)]
pub struct Settings {
    pub model: PathBuf,
    pub labels: PathBuf,
    pub size: usize,
    pub range: (f32, f32),
    pub input: String,
    pub output: String,
}

impl Settings {
    /// From the variables; none where none is set.
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        let missing: Vec<_> = VARIABLES
            .into_iter()
            .filter(|name| get(name).is_none())
            .collect();
        if missing.len() == VARIABLES.len() {
            return Ok(None);
        }
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(format!(
                "{missing} not set; set all the MOBILENET_* variables or none of them"
            ));
        }
        let [model, labels, size, range, input, output] =
            VARIABLES.map(|name| get(name).unwrap_or_default());
        Ok(Some(Self {
            model: model.into(),
            labels: labels.into(),
            size: parse_size(&size)?,
            range: parse_range(&range)?,
            input,
            output,
        }))
    }

    /// From what the workflow recorded of the model it prepared.
    pub fn from_record(text: &str) -> Result<Self, String> {
        let record: Value =
            serde_json::from_str(text).map_err(|error| format!("{RECORD}: {error}; {ADVICE}"))?;
        let wrong = |key: &str| format!("{RECORD} has no usable `{key}`; {ADVICE}");
        let text = |key: &str| {
            record[key]
                .as_str()
                .map(str::to_string)
                .ok_or_else(|| wrong(key))
        };
        let range = match record["input_range"].as_array().map(Vec::as_slice) {
            Some([low, high]) => format!("{low},{high}"),
            _ => return Err(wrong("input_range")),
        };
        Ok(Self {
            model: MODEL.into(),
            labels: LABELS.into(),
            size: parse_size(&record["size"].to_string())?,
            range: parse_range(&range)?,
            input: text("input")?,
            output: text("output")?,
        })
    }

    /// Its Rust items, once its files are found to be usable.
    pub fn items(&self) -> Result<String, String> {
        let model = absolute(&self.model)?;
        let labels = absolute(&self.labels)?;
        let bytes = model_bytes(&model)?;
        check_labels(&labels)?;
        let Self {
            size,
            range: (low, high),
            input,
            output,
            ..
        } = self;
        Ok(format!(
            "static BYTES: Aligned<[u8; {bytes}]> = Aligned(UnsafeCell::new(*include_bytes!({model:?})));\n\
             /// The model this was built with.\n\
             // SAFETY: see `Aligned`.\n\
             pub static EMBEDDED: Source = Source {{ bytes: unsafe {{ &*BYTES.0.get() }}, labels: include_str!({labels:?}), size: {size}, \
             input_range: ({low:?}, {high:?}), input: {input:?}, output: {output:?} }};"
        ))
    }
}

fn parse_size(text: &str) -> Result<usize, String> {
    let size = text
        .parse()
        .ok()
        .filter(|size| (1..=LARGEST_SIZE).contains(size));
    size.ok_or_else(|| {
        format!("MOBILENET_SIZE: {text:?} is no number from 1 to {LARGEST_SIZE}, such as 224")
    })
}

fn parse_range(text: &str) -> Result<(f32, f32), String> {
    let parsed = text.split_once(',').and_then(|(low, high)| {
        Some((
            low.trim().parse::<f32>().ok()?,
            high.trim().parse::<f32>().ok()?,
        ))
    });
    parsed
        .filter(|(low, high)| low < high && low.is_finite() && high.is_finite())
        .ok_or_else(|| format!("MOBILENET_INPUT_RANGE: {text:?} is no pair low,high such as -1,1"))
}

/// What the compiler includes needs a path that does not depend on the folder.
fn absolute(path: &Path) -> Result<PathBuf, String> {
    fs::canonicalize(path)
        .map_err(|error| format!("cannot read {}: {error}; {ADVICE}", path.display()))
}

/// How many bytes the model's file has.
fn model_bytes(path: &Path) -> Result<u64, String> {
    match fs::metadata(path) {
        Ok(data) if data.is_file() && data.len() > 0 => Ok(data.len()),
        Ok(_) => Err(format!("{} is no model; {ADVICE}", path.display())),
        Err(error) => Err(format!("cannot read {}: {error}; {ADVICE}", path.display())),
    }
}

fn check_labels(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}; {ADVICE}", path.display()))?;
    match text.lines().position(|line| line.trim().is_empty()) {
        Some(line) => Err(format!(
            "{}: line {} holds no label; it takes one a line",
            path.display(),
            line + 1
        )),
        None if text.is_empty() => Err(format!(
            "{} is empty; it takes one label a line",
            path.display()
        )),
        None => Ok(()),
    }
}
