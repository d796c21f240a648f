//! Instructions and cycles of a child and of all it starts, by `perf_event_open`.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::FromRawFd;

/// `perf_event_attr` in its first version, which every kernel takes.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    breakpoint_address: u64,
}

// Constants of linux/perf_event.h; the flags as little-endian machines number a bit field.
const HARDWARE: u32 = 0;
const CYCLES: u64 = 0;
const INSTRUCTIONS: u64 = 1;
const DISABLED: u64 = 1;
const INHERIT: u64 = 1 << 1;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const ENABLE_ON_EXEC: u64 = 1 << 12;
const TIMES_ENABLED_AND_RUNNING: u64 = 3;
const CLOSE_ON_EXEC: libc::c_ulong = 8;

/// What was counted, or why nothing was.
#[derive(Debug)]
pub struct Counts {
    pub instructions: Option<u64>,
    /// Those outside the kernel, which repeat: what the kernel does varies from run to run.
    pub user_instructions: Option<u64>,
    pub cycles: Option<u64>,
    /// `user and kernel`, `user`, or `unavailable: ` and the reason; without quotes or backslashes.
    pub counted: String,
}

/// Counters that the next children of this thread inherit, and that start when these execute.
pub struct Counters(Result<([File; 3], &'static str), String>);

impl Counters {
    /// Open the counters: of user and kernel, where that is permitted, else of the user's alone.
    pub fn open() -> Self {
        let all = |flags| {
            Ok([
                open(HARDWARE, INSTRUCTIONS, flags)?,
                open(HARDWARE, INSTRUCTIONS, EXCLUDE_KERNEL)?,
                open(HARDWARE, CYCLES, flags)?,
            ])
        };
        let refused = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
        let opened = match all(0) {
            Err(error) if refused(&error) => all(EXCLUDE_KERNEL).map(|files| (files, "user")),
            other => other.map(|files| (files, "user and kernel")),
        };
        Self(opened.map_err(|error| reason(&error)))
    }

    /// Read what the children that ended have counted.
    pub fn read(self) -> Counts {
        let counted = self.0.and_then(|([instructions, user, cycles], counted)| {
            Ok((read(instructions)?, read(user)?, read(cycles)?, counted))
        });
        match counted {
            Ok((instructions, user, cycles, counted)) => Counts {
                instructions: Some(instructions),
                user_instructions: Some(user),
                cycles: Some(cycles),
                counted: counted.into(),
            },
            Err(reason) => Counts {
                instructions: None,
                user_instructions: None,
                cycles: None,
                counted: format!("unavailable: {reason}"),
            },
        }
    }
}

fn open(kind: u32, config: u64, flags: u64) -> io::Result<File> {
    let attributes = Attributes {
        kind,
        size: size_of::<Attributes>() as u32,
        config,
        read_format: TIMES_ENABLED_AND_RUNNING,
        flags: flags | DISABLED | INHERIT | ENABLE_ON_EXEC,
        ..Attributes::default()
    };
    let (this_thread, any_processor, no_group): (libc::c_int, libc::c_int, libc::c_int) =
        (0, -1, -1);
    // SAFETY: the attributes outlive the call and say how long they are; the descriptor that comes
    // back belongs to nobody else.
    unsafe {
        let descriptor = libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            this_thread,
            any_processor,
            no_group,
            CLOSE_ON_EXEC,
        );
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(File::from_raw_fd(descriptor as libc::c_int))
    }
}

/// Return a count that was taken all of the time.
fn read(mut file: File) -> Result<u64, String> {
    let mut bytes = [0; 24];
    file.read_exact(&mut bytes)
        .map_err(|error| reason(&error))?;
    let [count, enabled, running] = [0, 8, 16].map(|start| {
        let word = bytes[start..start + 8].try_into();
        u64::from_ne_bytes(word.expect("eight bytes"))
    });
    if running < enabled || enabled == 0 {
        return Err(format!(
            "the processor counted {running} of {enabled} ns: others use its counters"
        ));
    }
    Ok(count)
}

fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENODEV | libc::EOPNOTSUPP) => {
            "the kernel has no hardware counters here, as in most virtual machines".into()
        }
        Some(libc::EACCES | libc::EPERM) => {
            "perf_event_open is not permitted (kernel.perf_event_paranoid, or a container)".into()
        }
        _ => format!("perf_event_open: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const SOFTWARE: u32 = 1;
    const PAGE_FAULTS: u64 = 2;

    /// Page faults that a counter saw of a shell which touches memory in a child of its own.
    fn faults(script: &str) -> Option<u64> {
        // Where even this is forbidden there is nothing to try.
        let counter = open(SOFTWARE, PAGE_FAULTS, EXCLUDE_KERNEL).ok()?;
        let done = Command::new("sh").args(["-c", script]).output().unwrap();
        assert!(done.status.success());
        Some(read(counter).unwrap())
    }

    #[test]
    fn children_of_children_are_counted_and_this_program_is_not() {
        let touch = "head -c 40000000 /dev/zero | tail -c 40000000 > /dev/null";
        // Memory of this program's own, which must not count.
        let own = vec![1_u8; 80 << 20];
        let (Some(little), Some(much)) = (faults("true"), faults(touch)) else {
            return;
        };
        assert_eq!(
            own.iter().map(|byte| u64::from(*byte)).sum::<u64>(),
            80 << 20
        );
        assert!((20..2000).contains(&little), "{little}");
        assert!(much > little + 2000, "{much} beside {little}");
    }

    #[test]
    fn a_counter_that_never_ran_is_no_zero() {
        if let Ok(counter) = open(SOFTWARE, PAGE_FAULTS, EXCLUDE_KERNEL) {
            assert!(read(counter).unwrap_err().contains("0 of 0 ns"));
        }
    }

    #[test]
    fn of_user_and_kernel_the_users_instructions_are_a_part() {
        let counters = Counters::open();
        assert!(Command::new("true").status().unwrap().success());
        let counts = counters.read();
        let found = (counts.instructions, counts.user_instructions);
        let (Some(all), Some(user)) = found else {
            assert!(counts.counted.starts_with("unavailable: "), "{found:?}");
            return;
        };
        assert!(0 < user && user <= all, "{user} of {all}");
        assert_eq!(user == all, counts.counted == "user");
    }

    #[test]
    fn what_cannot_be_counted_says_why() {
        let unknown = open(HARDWARE, 9999, 0).unwrap_err();
        assert!(!reason(&unknown).contains(['"', '\\']));
        let counts = Counters(Err("a reason".into())).read();
        assert_eq!(counts.counted, "unavailable: a reason");
        assert_eq!((counts.instructions, counts.cycles), (None, None));
    }
}
