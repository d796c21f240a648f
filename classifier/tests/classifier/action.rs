//! The OpenWhisk action, called as a host calls it.

use std::process::ExitCode;

use mobilenet_oc::action::{
    fault, get_wasm_memory_buffer_len, get_wasm_memory_buffer_pointer, run, run_again,
    wasm_memory_buffer_allocate_space,
};
use mobilenet_oc::error::Error;
use mobilenet_oc::phases::Phases;
use mobilenet_oc::source::Source;
use serde_json::{Value, json};

use crate::fixture::{TINY, ask, image_request, plain};

fn start(arguments: &[&str]) -> ExitCode {
    let arguments = arguments.iter().map(|argument| (*argument).to_string());
    run(&TINY, Phases::enter(), arguments)
}

fn copy_in(request: &[u8]) {
    wasm_memory_buffer_allocate_space(request.len());
    assert_eq!(get_wasm_memory_buffer_len(), request.len());
    // SAFETY: the buffer has as many bytes as were asked for, and nothing else refers to it.
    let buffer =
        unsafe { std::slice::from_raw_parts_mut(get_wasm_memory_buffer_pointer(), request.len()) };
    buffer.copy_from_slice(request);
}

fn read_text() -> String {
    // SAFETY: pointer and length are those of one buffer, and nothing changes it meanwhile.
    let buffer = unsafe {
        std::slice::from_raw_parts(
            get_wasm_memory_buffer_pointer(),
            get_wasm_memory_buffer_len(),
        )
    };
    String::from_utf8(buffer.to_vec()).unwrap()
}

fn read_out() -> Value {
    serde_json::from_str(&read_text()).unwrap()
}

/// What a host does: allocate, copy, run with the length as the last argument, read.
fn call(request: &[u8]) -> Value {
    copy_in(request);
    assert_eq!(
        start(&["mobilenet-oc", &request.len().to_string()]),
        ExitCode::SUCCESS
    );
    read_out()
}

fn error(response: &Value) -> &str {
    assert_eq!(response.as_object().unwrap().len(), 1);
    response["Err"]["error"].as_str().unwrap()
}

#[test]
fn an_answer_is_the_one_of_the_other_program_to_the_last_digit() {
    let request = image_request(
        &plain([250, 20, 20]),
        json!({"top": 2, "probabilities": true}),
    );
    let answer = serde_json::to_string(&ask(&TINY, request.clone()).unwrap()).unwrap();
    call(&request);
    assert_eq!(read_text(), format!("{{\"Ok\":{answer}}}"));
}

#[test]
fn one_instance_answers_one_request_after_another() {
    for colour in [[250, 20, 20], [20, 250, 20]] {
        let label = if colour[0] > 100 { "red" } else { "green" };
        assert_eq!(
            call(&image_request(&plain(colour), json!({})))["Ok"]["label"],
            label
        );
        assert!(error(&call(b"no json")).contains("no JSON"));
    }
}

#[test]
fn wrong_requests_are_answered_with_what_is_wrong() {
    assert!(error(&call(b"")).contains("the request is empty"));
    assert!(error(&call(br#"{"image": "%%%"}"#)).contains("not base64"));
    assert!(error(&call(br#"{"image": "aGVsbG8="}"#)).contains("no JPEG, PNG or BMP"));
}

#[test]
fn the_length_is_the_last_argument() {
    let request = image_request(&plain([20, 20, 250]), json!({}));
    let length = request.len().to_string();
    // More room than the request needs.
    copy_in(&[&request[..], b"   rest"].concat());
    assert_eq!(start(&["mobilenet-oc", "17", &length]), ExitCode::SUCCESS);
    assert_eq!(read_out()["Ok"]["label"], "blue");
    for arguments in [
        &[][..],
        &["mobilenet-oc"],
        &["mobilenet-oc", "-1"],
        &["mobilenet-oc", ""],
    ] {
        copy_in(&request);
        start(arguments);
        assert!(error(&read_out()).contains("last argument must be the request's length"));
    }
    copy_in(&request);
    start(&["mobilenet-oc", "1000000000"]);
    assert!(error(&read_out()).contains("not the 1000000000 of the last argument"));
}

// As wasm all tests share a thread, and so the buffer that a host made.
#[test]
#[cfg(not(target_family = "wasm"))]
fn without_a_host_there_is_nobody_to_answer() {
    assert_eq!(start(&["mobilenet-oc", "5"]), ExitCode::FAILURE);
    assert_eq!(get_wasm_memory_buffer_len(), 0);
}

#[test]
fn a_fault_is_an_answer_too() {
    copy_in(b"{}");
    assert_eq!(fault(&Error::new("a \"fault\"\nin the program")), 0);
    assert_eq!(
        read_out(),
        json!({"Err": {"error": "a \"fault\" in the program"}})
    );
}

// As wasm all tests share a thread, and so the buffer that a host made.
#[test]
#[cfg(not(target_family = "wasm"))]
fn a_fault_without_a_host_fails() {
    assert_eq!(fault(&Error::new("a fault")), 1);
    assert_eq!(get_wasm_memory_buffer_len(), 0);
}

#[test]
fn openwhisk_s_own_parameters_are_ignored() {
    let keys = json!({"__ow_method": "post", "__ow_headers": {"accept": "*/*"}, "__ow_path": ""});
    let request = image_request(&plain([250, 20, 20]), keys.clone());
    assert_eq!(call(&request)["Ok"]["label"], "red");
    assert!(ask(&TINY, request).is_err());
    let request = image_request(&plain([250, 20, 20]), json!({"_ow_path": ""}));
    assert!(error(&call(&request)).contains("unknown key `_ow_path`"));
}

#[test]
fn iterations_of_an_action_are_few() {
    let request = |iterations: u32| {
        let keys = json!({ "iterations": iterations });
        image_request(&plain([250, 20, 20]), keys)
    };
    let answer = call(&request(100));
    assert_eq!(answer["Ok"]["inference_ns"].as_array().unwrap().len(), 100);
    assert_eq!(
        error(&call(&request(101))),
        "`iterations` must be from 1 to 100"
    );
}

#[test]
fn an_instance_that_is_kept_answers_as_a_fresh_one_and_loads_once() {
    let request = image_request(&plain([250, 20, 20]), json!({}));
    let again = |source| {
        copy_in(&request);
        run_again(source, Phases::enter(), request.len());
        read_out()
    };
    let unusable = Source { bytes: b"", ..TINY };
    assert!(error(&again(&unusable)).contains("model"));
    // Once there is a model, nobody looks at the source.
    let answers = [call(&request), again(&TINY), again(&unusable)];
    for answer in &answers {
        assert_eq!(answer["Ok"]["label"], "red");
        assert_eq!(answer["Ok"]["confidence"], answers[0]["Ok"]["confidence"]);
    }
    copy_in(b"no json");
    run_again(&TINY, Phases::enter(), 7);
    assert!(error(&read_out()).contains("no JSON"));
}
