//! A block of runs: one after another, and side by side.

use std::io;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::{Run, Streams, run};

/// Runs of one command in `side_by_side` slots at once, `count` or more in each.
///
/// No slot stops before all have done their `count`, so that from the last slot's first start to
/// the slowest's last run that counts all are busy.
pub struct Block<'a> {
    pub command: &'a [String],
    /// Of the first slot; the others add `-1`, `-2` and so on to what they write.
    pub streams: &'a Streams,
    pub evict: &'a [String],
    pub count: u64,
    pub side_by_side: usize,
}

/// What the slots of a block know of each other.
struct Progress {
    all_started: Barrier,
    unfinished: AtomicUsize,
    stopped: AtomicBool,
}

impl Block<'_> {
    /// Run the block; tell of every run, with its slot, as it ends. A run that fails stops it.
    ///
    /// # Errors
    /// As those of [`run`]; the first.
    pub fn run(&self, tell: impl Fn(usize, &Run) -> io::Result<()> + Sync) -> io::Result<()> {
        let progress = Progress {
            all_started: Barrier::new(self.side_by_side),
            unfinished: AtomicUsize::new(self.side_by_side),
            stopped: AtomicBool::new(false),
        };
        let (progress, tell) = (&progress, &tell);
        thread::scope(|scope| {
            let others: Vec<_> = (1..self.side_by_side)
                .map(|slot| scope.spawn(move || self.slot(slot, progress, tell)))
                .collect();
            let first = self.slot(0, progress, tell);
            others.into_iter().fold(first, |found, other| {
                found.and(other.join().expect("a slot does not panic"))
            })
        })
    }

    fn slot(
        &self,
        slot: usize,
        progress: &Progress,
        tell: &(impl Fn(usize, &Run) -> io::Result<()> + Sync),
    ) -> io::Result<()> {
        let streams = self.streams_of(slot);
        progress.all_started.wait();
        let mut done = 0;
        loop {
            let told = run(self.command, &streams, self.evict)
                .and_then(|run| tell(slot, &run).map(|()| run.succeeded()));
            if !matches!(told, Ok(true)) {
                progress.stopped.store(true, SeqCst);
                return told.map(|_| ());
            }
            done += 1;
            if done == self.count {
                progress.unfinished.fetch_sub(1, SeqCst);
            }
            let all_finished = progress.unfinished.load(SeqCst) == 0;
            if all_finished || progress.stopped.load(SeqCst) {
                return Ok(());
            }
        }
    }

    fn streams_of(&self, slot: usize) -> Streams {
        let mut streams = self.streams.clone();
        if slot > 0 {
            for path in [&mut streams.stdout, &mut streams.stderr] {
                if path != "/dev/null" {
                    *path = format!("{path}-{slot}");
                }
            }
        }
        streams
    }
}
