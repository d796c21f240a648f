//! Where the time goes inside the process.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// Durations in nanoseconds, between two readings of the clock on the wall.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Phases {
    /// Unix time at the entry of `main`.
    pub entered_ns: u64,
    /// Reading and parsing the request.
    pub read_ns: u64,
    /// Decoding and resizing the image.
    pub decode_ns: u64,
    /// Making the model ready to run.
    pub load_ns: u64,
    /// Classifying, all iterations.
    pub infer_ns: u64,
    /// Unix time right before the answer is written.
    pub finished_ns: u64,
}

impl Phases {
    /// Start the account of a process; call it first thing in `main`.
    pub fn enter() -> Self {
        Self {
            entered_ns: unix_ns(),
            ..Self::default()
        }
    }

    /// Close the account.
    pub fn finish(&mut self) {
        self.finished_ns = unix_ns();
    }
}

/// Run `work` and put the nanoseconds it took into `slot`.
pub fn timed<T>(slot: &mut u64, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    *slot = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    result
}

fn unix_ns() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
}
