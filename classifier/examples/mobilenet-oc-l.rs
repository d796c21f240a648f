//! Classifies the image of one JSON request on stdin; the answer, one line of JSON, goes to stdout.

use std::io::{stdin, stdout};
use std::process::ExitCode;

use mobilenet_oc::classify::classify;
use mobilenet_oc::embedded::EMBEDDED;
use mobilenet_oc::error::{Error, exit_on_panic};
use mobilenet_oc::phases::Phases;
use mobilenet_oc::stdio::{read, write};

fn main() -> ExitCode {
    let phases = Phases::enter();
    exit_on_panic(report);
    let answer = classify(&EMBEDDED, phases, || read(stdin()));
    match answer.and_then(|answer| write(stdout(), &answer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn report(error: &Error) {
    eprintln!("error: {error}");
}
