//! Hands the model to the classifier: as the MOBILENET_* variables say, else the one of `../results/models`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Where the workflow keeps its models, a folder each.
const MODELS: &str = "../results/models";
pub const MODEL: &str = "model.pb";
pub const LABELS: &str = "labels.txt";
pub const RECORD: &str = "model.json";
/// All of them are set, or none.
pub const VARIABLES: [&str; 6] = [
    "MOBILENET_MODEL",
    "MOBILENET_LABELS",
    "MOBILENET_SIZE",
    "MOBILENET_INPUT_RANGE",
    "MOBILENET_INPUT",
    "MOBILENET_OUTPUT",
];
/// The vectors that the packed kernels compute with; `auto`, as unset: the widest that there are.
pub const LANES: [&str; 7] = [
    "auto", "portable", "sse2", "avx2", "avx512", "neon", "simd128",
];
pub const LANES_VARIABLE: &str = "MOBILENET_LANES";
const ADVICE: &str = "run `snakemake --cores 4 model` in the checkout, or set the MOBILENET_* variables as classifier/README.md says";
const LARGEST_SIZE: usize = 4096;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(lanes, values(any()))");
    for variable in VARIABLES.into_iter().chain([LANES_VARIABLE]) {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    // A library needs no model: what is wrong with it is said where it is embedded.
    let items = generate().unwrap_or_else(|message| format!("compile_error!({message:?});"));
    let folder = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("embedded_source.rs"), items).expect("a folder to write to");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let lanes = env::var(LANES_VARIABLE).unwrap_or_default();
    match check_lanes(&lanes, &target("ARCH"), &target("FEATURE")) {
        Ok(()) => println!("cargo::rustc-cfg=lanes={lanes:?}"),
        Err(message) => println!("cargo::error={message}"),
    }
}

/// Refuse vectors that there are not, or that the target does not have.
pub fn check_lanes(lanes: &str, arch: &str, features: &str) -> Result<(), String> {
    let wanted = match lanes {
        "" | "auto" | "portable" => return Ok(()),
        "sse2" | "avx2" | "avx512" => "x86_64",
        "neon" => "aarch64",
        "simd128" => "wasm32",
        _ => {
            let known = LANES.join(", ");
            return Err(format!("{LANES_VARIABLE}: {lanes:?} is none of {known}"));
        }
    };
    if arch != wanted {
        return Err(format!(
            "{LANES_VARIABLE}: {lanes} needs a target of {wanted}, not of {arch}"
        ));
    }
    if wanted == "wasm32" && !features.split(',').any(|feature| feature == lanes) {
        return Err(format!(
            "{LANES_VARIABLE}: {lanes} needs the Rust flag -Ctarget-feature=+{lanes}"
        ));
    }
    Ok(())
}

/// The items that `examples/embedded` includes.
fn generate() -> Result<String, String> {
    let settings = match Settings::from_variables(|name| env::var(name).ok())? {
        Some(settings) => settings,
        None => {
            println!("cargo::rerun-if-changed={MODELS}");
            let folder = only_model(Path::new(MODELS))?;
            let record = folder.join(RECORD);
            println!("cargo::rerun-if-changed={}", record.display());
            let text = fs::read_to_string(&record)
                .map_err(|error| format!("cannot read {}: {error}; {ADVICE}", record.display()))?;
            Settings::from_record(&folder, &text)?
        }
    };
    for path in [&settings.model, &settings.labels] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    settings.items()
}

/// The folder of the one model that there is; which of several is meant nobody can know.
pub fn only_model(models: &Path) -> Result<PathBuf, String> {
    let found: Vec<_> = fs::read_dir(models)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join(RECORD).is_file())
        .collect();
    match found.as_slice() {
        [folder] => Ok(folder.clone()),
        [] => Err(format!(
            "there is no model in {}; {ADVICE}",
            models.display()
        )),
        _ => Err(format!(
            "there are {} models in {}; name one by the MOBILENET_* variables, as classifier/README.md says",
            found.len(),
            models.display()
        )),
    }
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
    pub fn from_record(folder: &Path, text: &str) -> Result<Self, String> {
        let name = folder.join(RECORD).display().to_string();
        let record: Value =
            serde_json::from_str(text).map_err(|error| format!("{name}: {error}; {ADVICE}"))?;
        let wrong = |key: &str| format!("{name} has no usable `{key}`; {ADVICE}");
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
            model: folder.join(MODEL),
            labels: folder.join(LABELS),
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
            "static BYTES: Embedded<{bytes}> = Embedded::new(*include_bytes!({model:?}));\n\
             const ABOUT: Source<'static> = Source {{ bytes: &[], labels: include_str!({labels:?}), size: {size}, \
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
