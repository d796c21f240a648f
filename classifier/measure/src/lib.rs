//! Start a child and read the kernel's own account of it.
//!
//! A child's peak RSS starts from its parent's at fork, so whatever starts it has to be small: this
//! crate depends on `libc` alone.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where a child's standard streams lead.
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
    pub user_us: i64,
    pub sys_us: i64,
    pub max_rss_kib: i64,
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

    /// The run as one line of JSON.
    pub fn to_json(&self) -> String {
        let or_null = |value: Option<i32>| value.map_or("null".into(), |value| value.to_string());
        format!(
            "{{\"wall_ns\":{},\"user_us\":{},\"sys_us\":{},\"max_rss_kib\":{},\"exit\":{},\
             \"signal\":{},\"started_ns\":{},\"ended_ns\":{}}}",
            self.wall_ns,
            self.user_us,
            self.sys_us,
            self.max_rss_kib,
            or_null(self.exit),
            or_null(self.signal),
            self.started_ns,
            self.ended_ns,
        )
    }
}

/// Run `command` once and wait for it.
///
/// # Errors
/// A stream's file cannot be opened, or the command cannot be started.
pub fn run(command: &[String], streams: &Streams) -> io::Result<Run> {
    let argv = command
        .iter()
        .map(|word| CString::new(word.as_str()).map_err(io::Error::other))
        .collect::<io::Result<Vec<_>>>()?;
    let files = open(streams)?;
    let started_ns = unix_ns();
    let clock = Instant::now();
    let pid = spawn(&argv, &files)?;
    let (status, usage) = wait(pid)?;
    let wall_ns = clock.elapsed().as_nanos();
    let ended_ns = unix_ns();
    let microseconds = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
    Ok(Run {
        wall_ns,
        user_us: microseconds(usage.ru_utime),
        sys_us: microseconds(usage.ru_stime),
        max_rss_kib: usage.ru_maxrss,
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

/// Start the child with `posix_spawnp`, which looks a bare name up on PATH.
fn spawn(argv: &[CString], files: &[File; 3]) -> io::Result<libc::pid_t> {
    unsafe extern "C" {
        static environ: *const *mut libc::c_char;
    }
    let mut pointers: Vec<_> = argv.iter().map(|word| word.as_ptr().cast_mut()).collect();
    pointers.push(std::ptr::null_mut());
    let mut actions = MaybeUninit::uninit();
    let mut attributes = MaybeUninit::uninit();
    let mut defaults = MaybeUninit::uninit();
    let mut pid = 0;
    // SAFETY: `actions`, `attributes` and `defaults` are initialised before use, the first two
    // destroyed after; the strings and the null-terminated array of pointers outlive the call.
    let code = unsafe {
        libc::posix_spawn_file_actions_init(actions.as_mut_ptr());
        for (target, file) in files.iter().enumerate() {
            let target = target as libc::c_int;
            libc::posix_spawn_file_actions_adddup2(actions.as_mut_ptr(), file.as_raw_fd(), target);
        }
        // Rust's runtime ignores SIGPIPE; the child is to start as from a shell.
        libc::sigemptyset(defaults.as_mut_ptr());
        libc::sigaddset(defaults.as_mut_ptr(), libc::SIGPIPE);
        libc::posix_spawnattr_init(attributes.as_mut_ptr());
        libc::posix_spawnattr_setsigdefault(attributes.as_mut_ptr(), defaults.as_ptr());
        let flags = libc::POSIX_SPAWN_SETSIGDEF as libc::c_short;
        libc::posix_spawnattr_setflags(attributes.as_mut_ptr(), flags);
        let code = libc::posix_spawnp(
            &mut pid,
            pointers[0],
            actions.as_ptr(),
            attributes.as_ptr(),
            pointers.as_ptr(),
            environ,
        );
        libc::posix_spawnattr_destroy(attributes.as_mut_ptr());
        libc::posix_spawn_file_actions_destroy(actions.as_mut_ptr());
        code
    };
    if code == 0 {
        Ok(pid)
    } else {
        Err(io::Error::from_raw_os_error(code))
    }
}

fn wait(pid: libc::pid_t) -> io::Result<(libc::c_int, libc::rusage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::zeroed();
    loop {
        // SAFETY: both pointers are valid for writes; zeroes are a valid `rusage`.
        let done = unsafe { libc::wait4(pid, &mut status, 0, usage.as_mut_ptr()) };
        if done == pid {
            // SAFETY: as above.
            return Ok((status, unsafe { usage.assume_init() }));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn unix_ns() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}
