//! The programs themselves, with the model that was embedded.

use std::env;
#[cfg(target_os = "linux")]
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use mobilenet_oc::error::exit_on_panic;
use serde_json::{Value, json};

use crate::fixture::{ask, image_request, plain};
use crate::program::source;

/// Where cargo puts the examples: beside the folder of this test.
fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        path.exists(),
        "no {}; `cargo test` without --test builds it",
        path.display()
    );
    path
}

fn run(name: &str, request: &[u8]) -> Output {
    feed(&mut Command::new(example(name)), request)
}

fn feed(command: &mut Command, request: &[u8]) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its stdin may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(request);
    child.wait_with_output().unwrap()
}

fn assert_one_line(output: &Output, words: &str) {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty());
    assert!(
        said.starts_with("error: ") && said.contains(words),
        "{said}"
    );
    assert!(
        said.ends_with('\n') && said.matches('\n').count() == 1,
        "{said}"
    );
}

#[test]
fn an_answer_is_one_line_of_json() {
    let request = image_request(
        &plain([250, 20, 20]),
        json!({"top": 2, "probabilities": true}),
    );
    let output = run("mobilenet-oc-l", &request);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(text.ends_with('\n') && text.matches('\n').count() == 1);
    let expected = serde_json::to_string(&ask(&source(), request).unwrap()).unwrap();
    assert_eq!(text.trim_end(), expected);
}

#[test]
fn every_line_is_answered_by_a_line_and_a_bad_one_ends_nothing() {
    let request = image_request(&plain([250, 20, 20]), json!({}));
    let lines = [&request[..], b"no json", b"", &request].join(&b'\n');
    let output = feed(
        Command::new(example("mobilenet-oc-l")).arg("--lines"),
        &lines,
    );
    assert!(output.status.success() && output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = text.lines().collect();
    let expected = serde_json::to_string(&ask(&source(), request).unwrap()).unwrap();
    assert_eq!(answers.len(), 4);
    assert_eq!([answers[0], answers[3]], [&expected; 2]);
    for (answer, words) in [(answers[1], "no JSON"), (answers[2], "empty")] {
        let answer: Value = serde_json::from_str(answer).unwrap();
        let said = answer["error"].as_str().unwrap();
        assert!(said.contains(words), "{said}");
    }
}

/// A host waits for an answer before it sends the next request.
#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    let mut command = Command::new(example("mobilenet-oc-l"));
    command.arg("--lines");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        stdin.write_all(b"{}\n").unwrap();
        assert!(answers.next().unwrap().unwrap().contains("no image"));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn errors_are_one_line_on_stderr_and_an_exit_code() {
    let tensor = json!({"tensor": "AACAPw=="}).to_string();
    for (request, words) in [
        (&b""[..], "the request is empty"),
        (b"\xff\xfe", "no JSON"),
        (b"{\n}", "no image"),
        (br#"{"image": "%%%"}"#, "not base64"),
        (br#"{"image": "aGVsbG8="}"#, "no JPEG, PNG or BMP"),
        (tensor.as_bytes(), "holds 1 values"),
    ] {
        assert_one_line(&run("mobilenet-oc-l", request), words);
    }
    let too_many = image_request(&plain([0; 3]), json!({"top": 100_000}));
    assert_one_line(&run("mobilenet-oc-l", &too_many), "`top` must be from 1");
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_written() {
    let request = image_request(&plain([0; 3]), json!({}));
    let file = env::temp_dir().join(format!("mobilenet-oc-request-{}", std::process::id()));
    std::fs::write(&file, request).unwrap();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(example("mobilenet-oc-l"));
    command
        .stdin(std::fs::File::open(&file).unwrap())
        .stdout(full);
    assert_one_line(&command.output().unwrap(), "cannot write the answer");
    std::fs::remove_file(file).unwrap();
}

fn with_argument(name: &str, argument: &str) -> Output {
    let mut command = Command::new(example(name));
    command.arg(argument).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn help_and_version_are_told_without_a_request() {
    let names: &[&str] = if cfg!(feature = "wasm") {
        &["mobilenet-oc-l", "mobilenet-oc"]
    } else {
        &["mobilenet-oc-l"]
    };
    for name in names {
        for (argument, words) in [
            ("--help", "request on stdin"),
            ("--version", env!("CARGO_PKG_VERSION")),
        ] {
            let output = with_argument(name, argument);
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success() && output.stderr.is_empty());
            assert!(said.contains(words), "{name} {argument}: {said}");
        }
    }
    assert_one_line(&with_argument("mobilenet-oc-l", "--tpo"), "--help");
}

#[test]
#[cfg(feature = "wasm")]
fn an_action_says_that_it_needs_a_host() {
    assert_one_line(&run("mobilenet-oc", b"{}"), "use mobilenet-oc-l");
}

#[test]
fn a_panic_is_one_line_too() {
    let mut command = Command::new(env::current_exe().unwrap());
    let name = format!("{}::panics", module_path!().split_once("::").unwrap().1);
    command.args(["--exact", &name, "--ignored", "--nocapture", "--quiet"]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("error: a fault in the program: a message of two lines (examples.rs:"),
        "{said}"
    );
    assert_eq!(said.matches('\n').count(), 1, "{said}");
}

#[test]
#[ignore = "for a_panic_is_one_line_too, which starts it"]
fn panics() {
    exit_on_panic(|error| {
        eprintln!("error: {error}");
        1
    });
    panic!("a message\nof two lines");
}

#[test]
fn the_answer_s_label_is_one_of_the_model_s() {
    let output = run(
        "mobilenet-oc-l",
        &image_request(&plain([250, 20, 20]), json!({})),
    );
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let label = answer["label"].as_str().unwrap();
    assert!(source().labels.lines().any(|line| line == label), "{label}");
}
