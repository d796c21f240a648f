//! The action behind HTTP: what a request's body is answered by.

use mobilenet_oc::http::{MOST_BYTES, run};
use mobilenet_oc::phases::Phases;
use serde_json::{Value, json};

use crate::fixture::{TINY, image_request, plain};

fn post(path: &str, body: &[u8]) -> (u16, Value) {
    let (status, answer) = run(&TINY, Phases::enter(), path, body);
    (status, serde_json::from_slice(&answer).unwrap())
}

fn activation(colour: [u8; 3]) -> Vec<u8> {
    let value: Value = serde_json::from_slice(&image_request(&plain(colour), json!({}))).unwrap();
    json!({"value": value, "deadline": "1"})
        .to_string()
        .into_bytes()
}

#[test]
fn one_instance_answers_one_request_after_another() {
    for (colour, label) in [([250, 20, 20], "red"), ([20, 250, 20], "green")] {
        let (status, answer) = post("/run?case=x", &activation(colour));
        assert_eq!((status, &answer["label"]), (200, &json!(label)));
        let (status, answer) = post("/run", br#"{"value": {}}"#);
        assert_eq!(status, 200);
        assert!(answer["error"].as_str().unwrap().contains("no image"));
    }
}

#[test]
fn what_is_no_activation_is_refused() {
    for body in [&b"no json"[..], b"[]", br#"{"value": []}"#, b""] {
        assert_eq!(post("/run", body).0, 404);
    }
    for path in ["/", "", "/running", "/init"] {
        assert_eq!(post(path, &activation([250, 20, 20])).0, 404);
    }
    let large = vec![b' '; usize::try_from(MOST_BYTES).unwrap() + 1];
    assert_eq!(post("/run", &large).0, 413);
}
