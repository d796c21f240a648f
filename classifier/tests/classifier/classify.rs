//! From a request to its answer, with the tests' own model.

use mobilenet_oc::preprocess::tensor;
use serde_json::{Value, json};

use crate::fixture::{FORMATS, TINY, ask, file, image_request, message, plain, tensor_request};

const COLOURS: [(&str, [u8; 3]); 3] = [
    ("red", [250, 20, 20]),
    ("green", [20, 250, 20]),
    ("blue", [20, 20, 250]),
];

fn answer(request: Vec<u8>) -> Value {
    serde_json::to_value(ask(&TINY, request).unwrap()).unwrap()
}

#[test]
fn colours_are_told_in_every_format() {
    for (label, colour) in COLOURS {
        for format in FORMATS {
            let image = file(format, 30, 20, |_, _| colour);
            let answer = ask(&TINY, image_request(&image, json!({}))).unwrap();
            assert_eq!(answer.label, label, "{format:?}");
            assert!(answer.confidence > 0.8, "{format:?}: {}", answer.confidence);
        }
    }
}

#[test]
fn nothing_is_told_that_was_not_asked_for() {
    let answer = answer(image_request(&plain([250, 20, 20]), json!({})));
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["confidence", "label"]);
}

#[test]
fn a_tensor_gives_what_its_image_gives() {
    let image = file(FORMATS[0], 37, 23, |x, y| [6 * x as u8, 9 * y as u8, 90]);
    let values = tensor(&image, TINY.size, TINY.input_range).unwrap();
    let asked = json!({"top": 3, "probabilities": true});
    let [first, second] = [
        image_request(&image, asked.clone()),
        tensor_request(&values, asked),
    ]
    .map(answer);
    assert_eq!(first, second);
}

#[test]
fn probabilities_add_up_and_agree_with_the_rest() {
    let asked = json!({"top": 3, "probabilities": true});
    let answer = ask(&TINY, image_request(&plain([40, 220, 130]), asked)).unwrap();
    let (top, probabilities) = (answer.top.unwrap(), answer.probabilities.unwrap());
    assert_eq!(probabilities.len(), 3);
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    assert_eq!(
        (&top[0].label, top[0].confidence),
        (&answer.label, answer.confidence)
    );
    assert_eq!(
        top.iter().map(|class| &class.label[..]).collect::<Vec<_>>(),
        ["green", "blue", "red"]
    );
    assert!(
        top.iter()
            .all(|class| class.confidence == probabilities[class.index])
    );
}

#[test]
fn iterations_are_told_one_by_one() {
    for iterations in [1, 7] {
        let asked = json!({"iterations": iterations, "phases": true});
        let answer = ask(&TINY, image_request(&plain([20, 20, 250]), asked)).unwrap();
        let durations = answer.inference_ns.unwrap();
        assert_eq!(durations.len(), iterations);
        assert!(durations.iter().all(|duration| *duration > 0));
        assert!(durations.iter().sum::<u64>() <= answer.phases.unwrap().infer_ns);
        assert_eq!(answer.label, "blue");
    }
}

#[test]
fn phases_fit_between_start_and_end() {
    let asked = json!({"phases": true});
    let answer = answer(image_request(&plain([250, 20, 20]), asked));
    let phases = answer["phases"].as_object().unwrap();
    let mut total = 0;
    for name in ["read_ns", "decode_ns", "load_ns", "infer_ns"] {
        assert!(phases[name].as_u64().unwrap() > 0, "{name}");
        total += phases[name].as_u64().unwrap();
    }
    let (entered, finished) = (
        phases["entered_ns"].as_u64(),
        phases["finished_ns"].as_u64(),
    );
    let whole = finished.unwrap() - entered.unwrap();
    // The wall clock of the one and the monotonic clock of the others may drift apart a little.
    assert!(total <= whole + 1_000_000, "{total} of {whole}");
    assert_eq!(phases.len(), 6);
}

#[test]
fn tensors_of_another_size_and_tops_out_of_range() {
    let said = message(ask(&TINY, tensor_request(&[0.0; 191], json!({}))));
    assert_eq!(
        said,
        "`tensor` holds 191 values; this model takes 8x8x3 = 192"
    );
    for top in [0, 4] {
        let request = tensor_request(&[0.0; 192], json!({ "top": top }));
        assert_eq!(message(ask(&TINY, request)), "`top` must be from 1 to 3");
    }
}
