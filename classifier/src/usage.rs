//! What the programs say of themselves.

#[cfg(feature = "wasm")]
use std::process::ExitCode;

use crate::error::{Error, Result};

const USAGE: &str = "\
Usage: mobilenet-oc-l < request.json

Classifies the image of one JSON request on stdin; the answer is one line of JSON on stdout.
The request: {\"image\": \"<base64 of a JPEG, PNG or BMP file>\"}, or \"tensor\" instead of \"image\";
besides \"top\", \"iterations\", \"phases\", \"probabilities\" (see classifier/README.md).

  echo \"{\\\"image\\\": \\\"$(base64 -w0 photo.jpg)\\\"}\" | mobilenet-oc-l

  --lines             a request a line, each answered by a line at once, with the model made ready once;
                      {\"error\": ...} for one that cannot be answered
  --help, --version   say this, or the version, and end
";

/// What the command is to do.
pub enum Task {
    /// Answer one request.
    Answer,
    /// Answer requests, a line each.
    Lines,
    /// Print a text.
    Say(String),
}

/// What the arguments, without the program's name, ask for.
///
/// # Errors
/// An argument that there is not.
pub fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Task> {
    match arguments.next().as_deref() {
        None => Ok(Task::Answer),
        Some("--lines") => Ok(Task::Lines),
        Some("--help" | "-h") => Ok(Task::Say(USAGE.to_string())),
        Some("--version" | "-V") => Ok(Task::Say(version())),
        Some(other) => Err(Error::new(format!(
            "there is no argument `{other}`; type `mobilenet-oc-l --help`"
        ))),
    }
}

/// How it is used.
pub fn usage() -> &'static str {
    USAGE
}

/// The version, and what was built.
fn version() -> String {
    let version = concat!("mobilenet-oc ", env!("CARGO_PKG_VERSION"));
    #[cfg(feature = "packed")]
    if let Ok(isa) = crate::packed::Isa::chosen() {
        return format!("{version} (lanes of packed models: {isa})\n");
    }
    format!("{version}\n")
}

/// What an action does without a host; `argument` is its last one.
#[cfg(feature = "wasm")]
pub fn without_host(argument: Option<&str>) -> ExitCode {
    let what = "an OpenWhisk action, whose request a host puts into its memory; \
                for a request on stdin use mobilenet-oc-l";
    match argument {
        Some("--help" | "-h") => println!("This is {what}"),
        Some("--version" | "-V") => print!("{}", version()),
        _ => {
            eprintln!("error: this is {what}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
