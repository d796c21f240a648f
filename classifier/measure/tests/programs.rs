//! The small programs, run as the harness runs them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const SPAWN: &str = env!("CARGO_BIN_EXE_spawn");
const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const BURN: &str = env!("CARGO_BIN_EXE_burn");
const PEAK: &str = env!("CARGO_BIN_EXE_peak");

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("measure-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("stdin"), "one\ntwo\n").unwrap();
        Self(path)
    }

    /// Run `spawn` with its streams in the folder.
    fn spawn(&self, options: &[&str], command: &[&str]) -> Output {
        let mut spawn = Command::new(SPAWN);
        for stream in ["stdin", "stdout", "stderr"] {
            spawn.arg(format!("--{stream}")).arg(self.0.join(stream));
        }
        spawn
            .args(options)
            .arg("--")
            .args(command)
            .env("MEASURE_TEST", "inherited");
        spawn.output().unwrap()
    }

    fn shell(&self, options: &[&str], script: &str) -> Output {
        self.spawn(options, &["sh", "-c", script])
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The lines of `spawn`, which went well.
fn lines(output: &Output) -> Vec<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(str::to_string).collect()
}

/// A number of a line; none for null.
fn number(line: &str, key: &str) -> Option<i64> {
    let start = line.find(&format!("\"{key}\":")).expect(key) + key.len() + 3;
    let end = line[start..].find([',', '}']).unwrap();
    line[start..start + end].parse().ok()
}

fn assert_one_error(output: &Output, code: i32, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(
        said.starts_with("error: ") && said.contains(words),
        "{said}"
    );
    assert_eq!(said.matches('\n').count(), 1, "{said}");
}

#[test]
fn streams_lead_where_they_should_and_the_environment_is_inherited() {
    let folder = Folder::new("streams");
    let found = lines(&folder.shell(&[], "cat; echo $MEASURE_TEST; echo trouble >&2"));
    assert_eq!(found.len(), 1);
    assert_eq!(number(&found[0], "exit"), Some(0));
    assert_eq!(number(&found[0], "signal"), None);
    assert_eq!(folder.read("stdout"), "one\ntwo\ninherited\n");
    assert_eq!(folder.read("stderr"), "trouble\n");
}

#[test]
fn every_run_reads_all_of_stdin_and_leaves_only_its_own_output() {
    let folder = Folder::new("count");
    let found = lines(&folder.shell(&["--count", "3"], "cat"));
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|line| number(line, "exit") == Some(0)));
    assert_eq!(folder.read("stdout"), "one\ntwo\n");
    for pair in found.windows(2) {
        assert!(number(&pair[0], "ended_ns") <= number(&pair[1], "started_ns"));
    }
}

#[test]
fn runs_stop_at_the_first_that_fails() {
    let folder = Folder::new("failure");
    let script = format!(
        "cd '{}'; echo x >> runs; test $(wc -l < runs) != 2 || exit 7",
        folder.0.display()
    );
    let found = lines(&folder.shell(&["--count", "5"], &script));
    let codes: Vec<_> = found.iter().map(|line| number(line, "exit")).collect();
    assert_eq!(codes, [Some(0), Some(7)]);
}

#[test]
fn a_signal_is_told() {
    let folder = Folder::new("signal");
    let found = lines(&folder.shell(&["--count", "2"], "kill -9 $$"));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (number(&found[0], "exit"), number(&found[0], "signal")),
        (None, Some(9))
    );
}

#[test]
fn a_child_is_not_started_with_sigpipe_ignored() {
    let folder = Folder::new("sigpipe");
    let found = lines(&folder.shell(&[], "kill -PIPE $$"));
    assert_eq!(number(&found[0], "signal"), Some(13));
}

#[test]
fn times_are_those_of_the_child() {
    let folder = Folder::new("times");
    let before = Instant::now();
    let script = "sleep 0.2; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    let found = lines(&folder.shell(&[], script));
    let outside = before.elapsed();
    let value = |key| number(&found[0], key).unwrap();
    let wall = Duration::from_nanos(value("wall_ns") as u64);
    assert!(
        wall >= Duration::from_millis(200) && wall <= outside,
        "{wall:?} of {outside:?}"
    );
    let processor = Duration::from_micros((value("user_us") + value("sys_us")) as u64);
    assert!(processor > Duration::from_millis(10), "{processor:?}");
    assert!(
        processor < wall - Duration::from_millis(150),
        "{processor:?} of {wall:?}"
    );
    let between = value("ended_ns") - value("started_ns");
    assert!(
        (between - value("wall_ns")).abs() < 20_000_000,
        "{between} for {wall:?}"
    );
}

#[test]
fn slots_run_side_by_side_until_all_have_done_their_share() {
    let folder = Folder::new("slots");
    let script = format!(
        "mkdir '{}/slow' 2> /dev/null && sleep 1; cat; echo trouble >&2",
        folder.0.display()
    );
    let found = lines(&folder.shell(&["--count", "2", "--side-by-side", "3"], &script));
    let of_slot = |slot| {
        let own = found
            .iter()
            .filter(|line| number(line, "slot") == Some(slot));
        own.map(|line| number(line, "ended_ns")).collect::<Vec<_>>()
    };
    let slots = [0, 1, 2].map(of_slot);
    assert_eq!(slots.iter().map(Vec::len).sum::<usize>(), found.len());
    assert!(slots.iter().all(|runs| runs.len() >= 2), "{found:?}");
    // Nobody stopped while the slowest slept. Who ends a moment before it, and then waits for the
    // processor, may find that all are done.
    let slowest = slots.iter().filter_map(|runs| runs[0]).max().unwrap();
    assert!(
        slots
            .iter()
            .all(|runs| *runs.last().unwrap() > Some(slowest - 500_000_000)),
        "{found:?}"
    );
    for name in ["stdout", "stdout-1", "stdout-2"] {
        assert_eq!(folder.read(name), "one\ntwo\n", "{name}");
    }
    assert_eq!(folder.read("stderr-2"), "trouble\n");
}

#[test]
fn a_failure_in_one_slot_stops_the_others() {
    let folder = Folder::new("slot-failure");
    let script = format!(
        "cd '{}'; mkdir first 2> /dev/null || exit 0; exit 7",
        folder.0.display()
    );
    let options = ["--count", "3000", "--side-by-side", "2"];
    let found = lines(&folder.shell(&options, &script));
    let failed = found.iter().filter(|line| number(line, "exit") == Some(7));
    assert_eq!(failed.count(), 1, "{found:?}");
    assert!(found.len() < 3000);
}

#[test]
fn what_is_evicted_is_read_from_the_disk_again() {
    // Beside the programs, because the folder for temporary files may be in memory.
    let program = PathBuf::from(NOOP).with_file_name(format!("noop-{}", std::process::id()));
    fs::copy(NOOP, &program).unwrap();
    let path = program.to_str().unwrap();
    let folder = Folder::new("evict");
    let cold = lines(&folder.spawn(&["--count", "2", "--evict", path], &[path]));
    // Where memory is short, what was read may leave again: one run that reads nothing is enough.
    let warm = (0..5)
        .map(|_| lines(&folder.spawn(&[], &[path])))
        .find(|found| number(&found[0], "major_faults") == Some(0))
        .expect("a run whose program is in memory");
    fs::remove_file(&program).unwrap();
    for line in &cold {
        assert!(number(line, "pages") > Some(0), "{line}");
        assert_eq!(number(line, "pages_resident"), Some(0), "{line}");
        assert!(number(line, "major_faults") > Some(0), "{line}");
        assert!(number(line, "blocks_read") > Some(0), "{line}");
    }
    for key in ["pages", "pages_resident", "major_faults", "blocks_read"] {
        assert_eq!(number(&warm[0], key), Some(0), "{key}: {warm:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_stays_in_memory_is_told() {
    let shared_memory = PathBuf::from("/dev/shm").join(format!("measure-{}", std::process::id()));
    if fs::write(&shared_memory, vec![1_u8; 1 << 20]).is_err() {
        return;
    }
    let folder = Folder::new("tmpfs");
    let path = shared_memory.to_str().unwrap();
    let found = lines(&folder.spawn(&["--evict", path], &[NOOP]));
    fs::remove_file(&shared_memory).unwrap();
    let resident = number(&found[0], "pages_resident");
    assert!(
        resident > Some(0) && resident == number(&found[0], "pages"),
        "{found:?}"
    );
}

#[test]
fn the_kernel_s_account_is_the_child_s() {
    let folder = Folder::new("account");
    let value = |line: &str, key| number(line, key).unwrap();
    let idle = &lines(&folder.spawn(&[], &[NOOP]))[0];
    let naps = &lines(&folder.shell(&[], "for i in 1 2 3 4 5 6 7 8; do sleep 0.01; done"))[0];
    let fat = &lines(&folder.shell(&[], "x=$(head -c 30000000 /dev/zero | tr '\\0' x)"))[0];
    assert!(value(naps, "voluntary_switches") >= value(idle, "voluntary_switches") + 8);
    assert!(value(fat, "minor_faults") > value(idle, "minor_faults") + 1000);
    assert!(value(fat, "involuntary_switches") >= 0);
    let counted = ["instructions", "cycles"].map(|key| number(fat, key));
    if fat.contains("\"counted\":\"unavailable: ") {
        assert_eq!(counted, [None, None], "{fat}");
    } else {
        assert!(fat.contains("\"counted\":\"user"), "{fat}");
        assert!(counted.iter().all(|count| *count > Some(100_000)), "{fat}");
    }
}

#[test]
fn what_cannot_be_started() {
    let folder = Folder::new("missing");
    for command in ["no-such-program-anywhere", "/no/such/program", "/tmp"] {
        let output = folder.spawn(&["--count", "2"], &[command]);
        assert_one_error(&output, 127, command);
        assert!(output.stdout.is_empty());
    }
    let output = folder.spawn(&["--stdin", "/no/such/file"], &[NOOP]);
    assert_one_error(&output, 127, "/no/such/file");
    let output = folder.spawn(
        &["--evict", "/no/such/file", "--side-by-side", "2"],
        &[NOOP],
    );
    assert_one_error(&output, 127, "cannot evict /no/such/file");
}

#[test]
fn wrong_arguments() {
    let folder = Folder::new("usage");
    for options in [
        &["--count", "0"][..],
        &["--count", "many"],
        &["--side-by-side", "0"],
        &["--fast"],
        &["--evict"],
        &["--stdin"],
    ] {
        assert_one_error(&folder.spawn(options, &[NOOP]), 2, "usage: spawn");
    }
    assert_one_error(&folder.spawn(&[], &[]), 2, "usage: spawn");
}

#[test]
#[cfg(target_os = "linux")]
fn a_fat_parent_does_not_count() {
    let folder = Folder::new("memory");
    // Touched, so that all of it is resident while `spawn` is started.
    let fat = vec![1_u8; 300 << 20];
    let found = lines(&folder.spawn(&["--count", "3"], &[NOOP]));
    assert_eq!(
        fat.iter()
            .step_by(4096)
            .map(|byte| u64::from(*byte))
            .sum::<u64>(),
        300 << 8
    );
    for line in &found {
        let kib = number(line, "max_rss_kib").unwrap();
        assert!((100..4096).contains(&kib), "{line}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_child_s_own_memory_counts() {
    let folder = Folder::new("child-memory");
    let script = "x=$(head -c 30000000 /dev/zero | tr '\\0' x); echo ${#x}";
    let found = lines(&folder.shell(&[], script));
    assert_eq!(folder.read("stdout"), "30000000\n");
    assert!(
        number(&found[0], "max_rss_kib").unwrap() > 29_000,
        "{found:?}"
    );
}

#[test]
fn burn_slows_a_program_down_and_passes_on_how_it_ended() {
    let folder = Folder::new("burn");
    let wall =
        |command: &[&str]| number(&lines(&folder.spawn(&[], command))[0], "wall_ns").unwrap();
    assert!(wall(&[BURN, "0", "sleep", "0.2"]) >= 200_000_000);
    assert!(wall(&[BURN, "50", "sleep", "0.2"]) >= 300_000_000);
    let found = lines(&folder.spawn(&[], &[BURN, "5", "cat"]));
    assert_eq!(
        (number(&found[0], "exit"), &folder.read("stdout")[..]),
        (Some(0), "one\ntwo\n")
    );
    let found = lines(&folder.spawn(&[], &[BURN, "5", "false"]));
    assert_eq!(number(&found[0], "exit"), Some(1));
}

#[test]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn peak_tells_what_each_kind_of_vectors_does() {
    let output = Command::new(PEAK).output().unwrap();
    let told = lines(&output).concat();
    assert!(number(&told, "cycles_per_second") > Some(0), "{told}");
    for kernel in told.split("{\"name\":").skip(1) {
        assert!(number(kernel, "bits") >= Some(128), "{told}");
        assert!(
            number(kernel, "multiply_adds_per_second") > Some(0),
            "{told}"
        );
    }
    #[cfg(target_arch = "aarch64")]
    assert_eq!(told.matches("multiply_adds_per_second").count(), 2);
}
