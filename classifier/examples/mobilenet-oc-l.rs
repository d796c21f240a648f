//! Classifies the image of one JSON request on stdin; the answer, one line of JSON, goes to stdout.

use std::io::{Read, Write};
use std::process::ExitCode;

use mobilenet_oc::classify::classify;
use mobilenet_oc::error::{Error, Result};
use mobilenet_oc::phases::Phases;

fn main() -> ExitCode {
    match answer(Phases::enter()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(phases: Phases) -> Result<()> {
    let answer = classify(phases, read)?;
    let mut line = serde_json::to_vec(&answer).map_err(Error::new)?;
    line.push(b'\n');
    let written = std::io::stdout().write_all(&line);
    written.map_err(|error| Error::new(format!("cannot write the answer: {error}")))
}

fn read() -> Result<Vec<u8>> {
    let mut request = Vec::new();
    match std::io::stdin().read_to_end(&mut request) {
        Ok(_) => Ok(request),
        Err(error) => Err(Error::new(format!("cannot read stdin: {error}"))),
    }
}
