//! The small programs, run as the harness runs them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const SPAWN: &str = env!("CARGO_BIN_EXE_spawn");
const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const BURN: &str = env!("CARGO_BIN_EXE_burn");

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
fn what_cannot_be_started() {
    let folder = Folder::new("missing");
    for command in ["no-such-program-anywhere", "/no/such/program", "/tmp"] {
        let output = folder.spawn(&["--count", "2"], &[command]);
        assert_one_error(&output, 127, command);
        assert!(output.stdout.is_empty());
    }
    let output = folder.spawn(&["--stdin", "/no/such/file"], &[NOOP]);
    assert_one_error(&output, 127, "/no/such/file");
}

#[test]
fn wrong_arguments() {
    let folder = Folder::new("usage");
    for options in [
        &["--count", "0"][..],
        &["--count", "many"],
        &["--fast"],
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
