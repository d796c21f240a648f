//! Classifies the image of one JSON request on stdin; the answer, one line of JSON, goes to stdout.
//! With `--lines` every line is a request.

mod embedded;

use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;

use mobilenet_oc::classify::classify;
use mobilenet_oc::error::{Error, Result, exit_on_panic};
use mobilenet_oc::phases::Phases;
use mobilenet_oc::request::Request;
use mobilenet_oc::stdio::{read, serve, write};
use mobilenet_oc::usage::{Task, asked, usage};

fn main() -> ExitCode {
    let phases = Phases::enter();
    exit_on_panic(report);
    let done = match asked(std::env::args().skip(1)) {
        Ok(Task::Say(text)) => {
            print!("{text}");
            Ok(())
        }
        // In wasm nobody can tell: wasmer calls every stdin, a pipe or a file too, a terminal.
        Ok(Task::Answer) if cfg!(not(target_family = "wasm")) && stdin().is_terminal() => {
            eprint!("{}", usage());
            return ExitCode::FAILURE;
        }
        Ok(Task::Answer) => answer(phases),
        Ok(Task::Lines) => lines(),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn answer(phases: Phases) -> Result<()> {
    let request = || Request::from_json(&read(stdin())?);
    let answer = classify(&embedded::source(), &mut None, phases, request)?;
    write(stdout(), &answer)
}

fn lines() -> Result<()> {
    let mut model = None;
    serve(stdin().lock(), stdout(), |line| {
        let request = || Request::from_json(line);
        classify(&embedded::source(), &mut model, Phases::enter(), request)
    })
}

fn fail(error: &Error) -> ExitCode {
    report(error);
    ExitCode::FAILURE
}

fn report(error: &Error) -> i32 {
    eprintln!("error: {error}");
    1
}
