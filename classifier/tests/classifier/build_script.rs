//! The build script: what it takes from the variables or the record, and what it refuses.

use std::fs;
use std::path::Path;

use super::script::{LABELS, LANES, MODEL, RECORD, Settings, VARIABLES, check_lanes, only_model};

const GOOD: [&str; 6] = ["m.pb", "l.txt", "224", "-1, 1", "input", "a/b"];

fn with(index: usize, value: Option<&str>) -> Result<Option<Settings>, String> {
    Settings::from_variables(|name| {
        let place = VARIABLES.iter().position(|variable| *variable == name)?;
        let value = if place == index {
            value
        } else {
            Some(GOOD[place])
        };
        value.map(str::to_string)
    })
}

fn error<T: std::fmt::Debug>(result: Result<T, String>) -> String {
    let error = result.unwrap_err();
    assert!(!error.contains('\n'), "{error}");
    error
}

#[test]
fn the_variables_and_the_record_say_the_same() {
    let record = r#"{"size": 224, "input_range": [-1.0, 1.0], "input": "input", "output": "a/b"}"#;
    let expected = Settings {
        model: Path::new("net").join(MODEL),
        labels: Path::new("net").join(LABELS),
        ..with(6, None).unwrap().unwrap()
    };
    assert_eq!(
        Settings::from_record(Path::new("net"), record),
        Ok(expected)
    );
    assert_eq!(Settings::from_variables(|_| None), Ok(None));
}

#[test]
fn the_only_model_is_taken_and_of_several_none() {
    let folder = std::env::temp_dir().join(format!("mobilenet-oc-models-{}", std::process::id()));
    assert!(error(only_model(&folder)).contains("no model"));
    let add = |name: &str| {
        let model = folder.join(name);
        fs::create_dir_all(&model).unwrap();
        fs::write(model.join(RECORD), "{}").unwrap();
        model
    };
    let first = add("net");
    fs::create_dir(folder.join("empty")).unwrap();
    assert_eq!(only_model(&folder), Ok(first));
    add("other");
    assert!(error(only_model(&folder)).contains("2 models"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_variable_alone_missing_is_named() {
    for (index, name) in VARIABLES.iter().enumerate() {
        assert!(error(with(index, None)).starts_with(name));
    }
}

#[test]
fn malformed_values_are_refused() {
    for size in ["", "0", "-1", "2.5", "wide", "1000000"] {
        assert!(
            error(with(2, Some(size))).contains("MOBILENET_SIZE"),
            "{size}"
        );
    }
    for range in ["", "1", "1,-1", "1,1", "a,b", "0,1,2", "nan,1", "-inf,inf"] {
        assert!(
            error(with(3, Some(range))).contains("MOBILENET_INPUT_RANGE"),
            "{range}"
        );
    }
    for record in [
        "",
        "[]",
        r#"{"size": 224}"#,
        r#"{"size": 224, "input_range": [1]}"#,
    ] {
        assert!(
            error(Settings::from_record(Path::new("net"), record)).contains("net/model.json"),
            "{record}"
        );
    }
}

#[test]
fn files_that_cannot_be_embedded_are_refused() {
    let folder = std::env::temp_dir().join(format!("mobilenet-oc-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    let (graph, labels) = (file("graph", "g"), file("labels", "a\nb\n"));
    let with = |model: &Path, labels: &Path| {
        let settings = with(6, None).unwrap().unwrap();
        Settings {
            model: model.into(),
            labels: labels.into(),
            ..settings
        }
        .items()
    };
    assert!(
        with(&graph, &labels)
            .unwrap()
            .contains("input_range: (-1.0, 1.0)")
    );
    assert!(error(with(&folder.join("none"), &labels)).contains("none"));
    assert!(error(with(&folder, &labels)).contains("is no model"));
    assert!(error(with(&file("empty", ""), &labels)).contains("is no model"));
    assert!(error(with(&graph, &folder.join("empty"))).contains("is empty"));
    assert!(error(with(&graph, &file("blank", "a\n\nb\n"))).contains("line 2"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn lanes_that_the_target_does_not_have_are_refused() {
    for lanes in LANES.into_iter().filter(|name| *name != "neon") {
        let target = if lanes == "simd128" {
            "wasm32"
        } else {
            "x86_64"
        };
        assert_eq!(
            check_lanes(lanes, target, "simd128,sse2"),
            Ok(()),
            "{lanes}"
        );
    }
    assert_eq!(check_lanes("", "riscv64", ""), Ok(()));
    assert_eq!(check_lanes("neon", "aarch64", "neon"), Ok(()));
    let refusal = |lanes, target, features| error(check_lanes(lanes, target, features));
    assert!(refusal("neon", "x86_64", "sse2").contains("needs a target of aarch64, not of x86_64"));
    assert!(refusal("avx2", "wasm32", "simd128").contains("needs a target of x86_64"));
    assert!(refusal("simd128", "wasm32", "bulk-memory").contains("-Ctarget-feature=+simd128"));
    assert!(refusal("sse3", "x86_64", "").contains("is none of auto, portable, sse2"));
}
