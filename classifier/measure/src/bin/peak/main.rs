//! Prints what one core can do at the most: multiply-adds a second for each kind of vectors, and its
//! clock. Everything is in registers, so that nothing else can hold it up.

use std::time::Instant;

/// Turns of a kernel's loop in one measurement: about a millisecond.
const TURNS: u64 = 1 << 18;
/// Measurements of each, one after the other in turn; the fastest counts, as others disturb it.
const REPEATS: usize = 200;

/// What multiplies and adds 32-bit floats.
struct Kernel {
    name: &'static str,
    bits: u32,
    /// Multiply-adds of one turn.
    per_turn: u64,
    run: fn(u64),
}

#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod machine;

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod machine;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "other.rs"]
mod machine;

/// Seconds of one measurement.
fn seconds(run: fn(u64)) -> f64 {
    let started = Instant::now();
    run(TURNS);
    started.elapsed().as_secs_f64()
}

fn main() {
    let kernels = machine::kernels();
    let mut clock = f64::INFINITY;
    let mut fastest = vec![f64::INFINITY; kernels.len()];
    for _ in 0..REPEATS {
        clock = clock.min(seconds(machine::chain));
        for (kernel, fastest) in kernels.iter().zip(&mut fastest) {
            *fastest = fastest.min(seconds(kernel.run));
        }
    }
    let turns = TURNS as f64;
    let rows: Vec<String> = kernels
        .iter()
        .zip(&fastest)
        .map(|(kernel, fastest)| {
            let rate = turns * kernel.per_turn as f64 / fastest;
            let Kernel { name, bits, .. } = kernel;
            format!(r#"{{"name":"{name}","bits":{bits},"multiply_adds_per_second":{rate:.0}}}"#)
        })
        .collect();
    let cycles = turns * machine::CHAIN as f64 / clock;
    println!(
        r#"{{"cycles_per_second":{cycles:.0},"kernels":[{}]}}"#,
        rows.join(",")
    );
}
