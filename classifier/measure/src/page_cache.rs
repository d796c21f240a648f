//! Drop files from the page cache, and tell how much of them stayed there.
//!
//! The cache of the disk itself, that of a virtual machine's host and the file system's metadata
//! are out of reach.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

/// Pages of files, and how many of them are in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pages {
    pub all: u64,
    /// None where the kernel does not tell: it does of files that one owns or may write.
    pub resident: Option<u64>,
}

/// Write the files back, drop them from the page cache and count what stayed.
///
/// # Errors
/// A file cannot be opened or written back, or the kernel refuses the advice.
pub fn evict(paths: &[String]) -> io::Result<Pages> {
    let mut found = Pages {
        all: 0,
        resident: Some(0),
    };
    for path in paths {
        let pages = evict_one(path)
            .map_err(|error| io::Error::other(format!("it cannot evict {path}: {error}")))?;
        found.all += pages.all;
        found.resident = found.resident.zip(pages.resident).map(|(a, b)| a + b);
    }
    Ok(found)
}

fn evict_one(path: &str) -> io::Result<Pages> {
    let file = File::open(path)?;
    // Dirty pages do not go.
    file.sync_data()?;
    // SAFETY: the descriptor is open; the length 0 stands for all of the file.
    let code = unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    if code != 0 {
        return Err(io::Error::from_raw_os_error(code));
    }
    count(path, &file)
}

fn count(path: &str, file: &File) -> io::Result<Pages> {
    let metadata = file.metadata()?;
    let length = usize::try_from(metadata.len()).map_err(io::Error::other)?;
    if length == 0 {
        return Ok(Pages {
            all: 0,
            resident: Some(0),
        });
    }
    // SAFETY: no pointers; `_SC_PAGESIZE` is always known.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let mut states = vec![0_u8; length.div_ceil(page)];
    // SAFETY: the mapping is of the kernel's choice, nothing reads through it, and it ends before
    // the file is closed; `states` has a byte for each of its pages.
    let code = unsafe {
        let (mode, fd) = (libc::MAP_SHARED, file.as_raw_fd());
        let start = libc::mmap(std::ptr::null_mut(), length, libc::PROT_READ, mode, fd, 0);
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let code = libc::mincore(start, length, states.as_mut_ptr());
        libc::munmap(start, length);
        code
    };
    if code != 0 {
        return Err(io::Error::last_os_error());
    }
    let resident = states.iter().filter(|state| *state & 1 == 1).count() as u64;
    Ok(Pages {
        all: states.len() as u64,
        resident: may_know(path, metadata.uid()).then_some(resident),
    })
}

/// Whether `mincore` tells the truth: of other files it calls every page resident (Linux 5.2).
fn may_know(path: &str, owner: u32) -> bool {
    let path = format!("{path}\0");
    // SAFETY: the path ends with a zero byte; the other call takes no pointers.
    unsafe {
        let user = libc::geteuid();
        user == 0 || user == owner || libc::access(path.as_ptr().cast(), libc::W_OK) == 0
    }
}
