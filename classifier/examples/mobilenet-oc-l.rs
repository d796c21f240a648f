//! Classifies the image of one JSON request on stdin; the answer, one line of JSON, goes to stdout.

mod embedded;

use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;

use mobilenet_oc::classify::classify;
use mobilenet_oc::error::{Error, Result, exit_on_panic};
use mobilenet_oc::phases::Phases;
use mobilenet_oc::request::Request;
use mobilenet_oc::stdio::{read, write};
use mobilenet_oc::usage::{asked, usage};

fn main() -> ExitCode {
    let phases = Phases::enter();
    exit_on_panic(report);
    match asked(std::env::args().skip(1)) {
        Ok(Some(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        // In wasm nobody can tell: wasmer calls every stdin, a pipe or a file too, a terminal.
        Ok(None) if cfg!(not(target_family = "wasm")) && stdin().is_terminal() => {
            eprint!("{}", usage());
            return ExitCode::FAILURE;
        }
        Ok(None) => {}
        Err(error) => return fail(&error),
    }
    match answer(phases) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn answer(phases: Phases) -> Result<()> {
    let request = || Request::from_json(&read(stdin())?);
    write(stdout(), &classify(&embedded::source(), phases, request)?)
}

fn fail(error: &Error) -> ExitCode {
    report(error);
    ExitCode::FAILURE
}

fn report(error: &Error) -> i32 {
    eprintln!("error: {error}");
    1
}
