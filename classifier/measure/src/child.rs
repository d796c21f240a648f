//! The two system calls that bracket a child: start it, wait for it.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

/// Have the kernel end this program with the one that started it, so that a killed job measures no more.
pub fn end_with_parent() {
    // SAFETY: changes nothing but which signal the kernel sends.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

/// Start the child with `posix_spawnp`, which looks a bare name up on PATH.
///
/// # Errors
/// It cannot be started.
pub fn spawn(argv: &[CString], files: &[File; 3]) -> io::Result<libc::pid_t> {
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

/// Wait for a child; return its status and the kernel's account of it.
///
/// # Errors
/// There is no such child.
pub fn wait(pid: libc::pid_t) -> io::Result<(libc::c_int, libc::rusage)> {
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
