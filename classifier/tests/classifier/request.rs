//! What a request may be, and what is said about those that may not.

use mobilenet_oc::request::{Input, Request};
use serde_json::{Value, json};

use crate::fixture::{Random, image_request, message, tensor_request};

fn refusal(request: impl AsRef<[u8]>) -> String {
    message(Request::from_json(request.as_ref()))
}

#[test]
fn an_image_alone() {
    let request = Request::from_json(br#" {"image": "aGVsbG8="} "#).unwrap();
    let expected = Request {
        input: Input::Image(b"hello".to_vec()),
        top: None,
        iterations: None,
        phases: false,
        probabilities: false,
    };
    assert_eq!(request, expected);
}

#[test]
fn a_tensor_with_every_other_key() {
    let keys = json!({"top": 5, "iterations": 1_000_000, "phases": true, "probabilities": true});
    let values = [0.0, -1.0, 1.5, f32::MIN_POSITIVE];
    let request = Request::from_json(&tensor_request(&values, keys)).unwrap();
    let expected = Request {
        input: Input::Tensor(values.to_vec()),
        top: Some(5),
        iterations: Some(1_000_000),
        phases: true,
        probabilities: true,
    };
    assert_eq!(request, expected);
}

#[test]
fn what_is_no_json_object() {
    assert!(refusal("").starts_with("the request is empty; send {\"image\""));
    assert!(refusal(" \n\t").starts_with("the request is empty"));
    assert!(refusal("hello").starts_with("the request is no JSON"));
    assert!(refusal([0xff, 0xfe, 0x00]).starts_with("the request is no JSON"));
    assert!(refusal(r#"{"image": "aGVsbG8="#).starts_with("the request is no JSON"));
    assert!(refusal("[".repeat(100_000)).starts_with("the request is an array"));
    assert!(refusal(r#"["aGVsbG8=", null, null, null, false, false]"#).contains("an array"));
    for request in ["1", "null", "true", "\"image\""] {
        assert!(
            refusal(request).starts_with("the request is not understood"),
            "{request}"
        );
    }
}

#[test]
fn unknown_keys_and_wrong_values() {
    assert!(refusal(r#"{"image": "aGVsbG8=", "tpo": 1}"#).contains("unknown key `tpo`"));
    assert!(refusal(r#"{"image": "aGVsbG8=", "image": ""}"#).contains("duplicate field `image`"));
    for wrong in [
        json!({"image": 1}),
        json!({"tensor": [0.5]}),
        json!({"image": "aGVsbG8=", "top": -1}),
        json!({"image": "aGVsbG8=", "top": "5"}),
        json!({"image": "aGVsbG8=", "iterations": 1.5}),
        json!({"image": "aGVsbG8=", "phases": 1}),
    ] {
        assert!(
            refusal(wrong.to_string()).contains("not understood"),
            "{wrong}"
        );
    }
    for iterations in [0, 1_000_001] {
        let request = json!({"image": "aGVsbG8=", "iterations": iterations});
        assert_eq!(
            refusal(request.to_string()),
            "`iterations` must be from 1 to 1000000"
        );
    }
}

#[test]
fn not_exactly_one_input() {
    assert!(refusal("{}").contains("holds no image"));
    assert!(refusal(r#"{"image": null, "top": 1}"#).contains("holds no image"));
    let both = r#"{"image": "aGVsbG8=", "tensor": "AAAAAA=="}"#;
    assert!(refusal(both).contains("`image` and `tensor`; send one"));
}

#[test]
fn wrong_base64() {
    for text in [
        "%%%",
        "aGVsbG8",
        "aGVs bG8=",
        "aGVsbG8=\n",
        "data:image/png;base64,aGVsbG8=",
    ] {
        let said = refusal(json!({ "image": text }).to_string());
        assert!(
            said.contains("`image` is not base64") && said.contains("base64 -w0"),
            "{said}"
        );
    }
    assert!(refusal(r#"{"image": ""}"#).contains("`image` is empty"));
    assert!(refusal(r#"{"tensor": ""}"#).contains("`tensor` is empty"));
}

#[test]
fn tensors_that_are_none() {
    assert!(refusal(r#"{"tensor": "aGVsbG8="}"#).contains("not a whole number of f32"));
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let request = tensor_request(&[0.0, value], json!({}));
        assert!(refusal(request).contains("NaN or infinity"));
    }
}

#[test]
fn every_image_comes_back_as_it_was_sent() {
    let mut random = Random(1);
    for _ in 0..200 {
        let length = 1 + random.below(300);
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        let iterations = 1 + random.below(1_000_000);
        let request = image_request(&bytes, json!({ "iterations": iterations }));
        let request = Request::from_json(&request).unwrap();
        assert_eq!(request.input, Input::Image(bytes));
        assert_eq!(request.iterations, Some(iterations as u32));
    }
}

#[test]
fn damage_is_refused_in_one_line_or_harmless() {
    let whole = image_request(b"hello", json!({"top": 3, "iterations": 2, "phases": true}));
    let mut random = Random(2);
    for _ in 0..2000 {
        let damaged = random.damaged(&whole);
        if let Err(error) = Request::from_json(&damaged) {
            message::<()>(Err(error));
        } else {
            assert!(
                serde_json::from_slice::<Value>(&damaged)
                    .unwrap()
                    .is_object()
            );
        }
    }
}
