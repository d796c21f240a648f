//! Runs a command one or more times and prints, a line of JSON each, what the kernel says it took.

use std::io::Write;
use std::process::ExitCode;

use measure::{Streams, run};

const USAGE: &str =
    "usage: spawn --stdin FILE --stdout FILE --stderr FILE [--count N] -- CMD ARGS...";

struct Arguments {
    streams: Streams,
    count: u64,
    command: Vec<String>,
}

fn parse(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let null = || "/dev/null".to_string();
    let mut streams = Streams {
        stdin: null(),
        stdout: null(),
        stderr: null(),
    };
    let mut count = 1;
    loop {
        match words.next()?.as_str() {
            "--stdin" => streams.stdin = words.next()?,
            "--stdout" => streams.stdout = words.next()?,
            "--stderr" => streams.stderr = words.next()?,
            "--count" => count = words.next()?.parse().ok().filter(|count| *count > 0)?,
            "--" => break,
            _ => return None,
        }
    }
    let command: Vec<_> = words.collect();
    (!command.is_empty()).then_some(Arguments {
        streams,
        count,
        command,
    })
}

fn main() -> ExitCode {
    let Some(arguments) = parse(std::env::args().skip(1)) else {
        eprintln!("error: {USAGE}");
        return ExitCode::from(2);
    };
    let mut stdout = std::io::stdout().lock();
    for _ in 0..arguments.count {
        match run(&arguments.command, &arguments.streams) {
            Ok(run) => {
                if writeln!(stdout, "{}", run.to_json()).is_err() {
                    return ExitCode::FAILURE;
                }
                if !run.succeeded() {
                    break;
                }
            }
            Err(error) => {
                eprintln!("error: cannot run {}: {error}", arguments.command[0]);
                return ExitCode::from(127);
            }
        }
    }
    ExitCode::SUCCESS
}
