//! Runs a command one or more times and prints, a line of JSON each, what the kernel says it took.

use std::io::Write;
use std::process::ExitCode;

use measure::{Block, Streams, end_with_parent};

const USAGE: &str = "usage: spawn --stdin FILE --stdout FILE --stderr FILE [--count N] \
                     [--side-by-side N] [--evict FILE]... -- CMD ARGS...";

struct Arguments {
    streams: Streams,
    count: u64,
    side_by_side: usize,
    evict: Vec<String>,
    command: Vec<String>,
}

fn parse(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let null = || "/dev/null".to_string();
    let mut streams = Streams {
        stdin: null(),
        stdout: null(),
        stderr: null(),
    };
    let (mut count, mut side_by_side, mut evict) = (1, 1, vec![]);
    loop {
        match words.next()?.as_str() {
            "--stdin" => streams.stdin = words.next()?,
            "--stdout" => streams.stdout = words.next()?,
            "--stderr" => streams.stderr = words.next()?,
            "--count" => count = words.next()?.parse().ok().filter(|count| *count > 0)?,
            "--side-by-side" => side_by_side = words.next()?.parse().ok().filter(|n| *n > 0)?,
            "--evict" => evict.push(words.next()?),
            "--" => break,
            _ => return None,
        }
    }
    let command: Vec<_> = words.collect();
    (!command.is_empty()).then_some(Arguments {
        streams,
        count,
        side_by_side,
        evict,
        command,
    })
}

fn main() -> ExitCode {
    end_with_parent();
    let Some(arguments) = parse(std::env::args().skip(1)) else {
        eprintln!("error: {USAGE}");
        return ExitCode::from(2);
    };
    let block = Block {
        command: &arguments.command,
        streams: &arguments.streams,
        evict: &arguments.evict,
        count: arguments.count,
        side_by_side: arguments.side_by_side,
    };
    let stdout = std::io::stdout();
    match block.run(|slot, run| writeln!(stdout.lock(), "{}", run.to_json(slot))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot run {}: {error}", arguments.command[0]);
            ExitCode::from(127)
        }
    }
}
