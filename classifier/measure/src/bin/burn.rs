//! Runs a command and then keeps the processor busy for a share of what it took: a slow-down of known size.

use std::process::{Command, ExitCode};
use std::time::Instant;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let percent = words.next().and_then(|word| word.parse::<f64>().ok());
    let (Some(percent), Some(command)) = (percent.filter(|percent| *percent >= 0.0), words.next())
    else {
        eprintln!("error: usage: burn PERCENT CMD ARGS...");
        return ExitCode::from(2);
    };
    let started = Instant::now();
    let status = match Command::new(&command).args(words).status() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: cannot run {command}: {error}");
            return ExitCode::from(127);
        }
    };
    let until = started.elapsed().mul_f64(1.0 + percent / 100.0);
    while started.elapsed() < until {
        std::hint::spin_loop();
    }
    if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
