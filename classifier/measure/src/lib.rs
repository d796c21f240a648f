//! Start a child and read the kernel's own account of it.
//!
//! A child's peak RSS starts from its parent's at fork, so whatever starts it has to be small: this
//! crate depends on `libc` alone.

mod block;
mod child;
mod counters;
mod page_cache;

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub use block::Block;
pub use child::end_with_parent;
use counters::{Counters, Counts};
use page_cache::Pages;

/// Where a child's standard streams lead.
#[derive(Clone)]
pub struct Streams {
    pub stdin: String,
    pub stdout: String,
    pub stderr: String,
}

/// What one run of a child took.
#[derive(Debug)]
pub struct Run {
    /// Wall time from right before the start to right after the end, by the monotonic clock.
    pub wall_ns: u128,
    /// The kernel's account of the child and of all that it waited for.
    usage: libc::rusage,
    counts: Counts,
    /// The files that were to be out of the page cache, right before the start.
    pages: Pages,
    /// Exit code, where the child ended by itself.
    pub exit: Option<i32>,
    /// Signal, where one ended it.
    pub signal: Option<i32>,
    /// Unix time right before the start and right after the end.
    pub started_ns: u128,
    pub ended_ns: u128,
}

impl Run {
    /// Whether the child ended with exit code 0.
    pub fn succeeded(&self) -> bool {
        self.exit == Some(0)
    }

    /// The run as one line of JSON; `slot` tells the runs side by side apart.
    pub fn to_json(&self, slot: usize) -> String {
        let usage = &self.usage;
        let microseconds = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
        let fields = [
            ("wall_ns", self.wall_ns.to_string()),
            ("user_us", microseconds(usage.ru_utime).to_string()),
            ("sys_us", microseconds(usage.ru_stime).to_string()),
            ("max_rss_kib", usage.ru_maxrss.to_string()),
            ("minor_faults", usage.ru_minflt.to_string()),
            ("major_faults", usage.ru_majflt.to_string()),
            ("voluntary_switches", usage.ru_nvcsw.to_string()),
            ("involuntary_switches", usage.ru_nivcsw.to_string()),
            // In units of 512 bytes, whatever the disk's own.
            ("blocks_read", usage.ru_inblock.to_string()),
            ("instructions", or_null(self.counts.instructions)),
            ("user_instructions", or_null(self.counts.user_instructions)),
            ("cycles", or_null(self.counts.cycles)),
            ("counted", format!("\"{}\"", self.counts.counted)),
            ("pages", self.pages.all.to_string()),
            ("pages_resident", or_null(self.pages.resident)),
            ("exit", or_null(self.exit)),
            ("signal", or_null(self.signal)),
            ("started_ns", self.started_ns.to_string()),
            ("ended_ns", self.ended_ns.to_string()),
            ("slot", slot.to_string()),
        ];
        let fields = fields.map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", fields.join(","))
    }
}

fn or_null<T: ToString>(value: Option<T>) -> String {
    value.map_or("null".into(), |value| value.to_string())
}

/// Run `command` once and wait for it, the files of `evict` out of the page cache when it starts.
///
/// # Errors
/// A stream's file cannot be opened, a file cannot be evicted, or the command cannot be started.
pub fn run(command: &[String], streams: &Streams, evict: &[String]) -> io::Result<Run> {
    let argv = command
        .iter()
        .map(|word| CString::new(word.as_str()).map_err(io::Error::other))
        .collect::<io::Result<Vec<_>>>()?;
    let files = open(streams)?;
    let counters = Counters::open();
    let pages = page_cache::evict(evict)?;
    let started_ns = unix_ns();
    let clock = Instant::now();
    let pid = child::spawn(&argv, &files)?;
    let (status, usage) = child::wait(pid)?;
    let wall_ns = clock.elapsed().as_nanos();
    let ended_ns = unix_ns();
    Ok(Run {
        wall_ns,
        usage,
        counts: counters.read(),
        pages,
        exit: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        started_ns,
        ended_ns,
    })
}

fn open(streams: &Streams) -> io::Result<[File; 3]> {
    let named = |path: &str, error: io::Error| io::Error::other(format!("{path}: {error}"));
    let read = |path: &str| File::open(path).map_err(|error| named(path, error));
    let write = |path: &str| {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        options.open(path).map_err(|error| named(path, error))
    };
    Ok([
        read(&streams.stdin)?,
        write(&streams.stdout)?,
        write(&streams.stderr)?,
    ])
}

fn unix_ns() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}
