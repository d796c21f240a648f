//! The OpenWhisk action's ABI.
//!
//! The host calls [`wasm_memory_buffer_allocate_space`], copies the request into the buffer, runs the
//! entry point with the request's length in bytes as its last argument, and reads the answer from the
//! buffer: `{"Ok": answer}` or `{"Err": {"error": message}}`.

use std::cell::RefCell;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::classify::classify;
use crate::error::{Error, Result};
use crate::phases::Phases;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Make room for a request of `size` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_memory_buffer_allocate_space(size: usize) {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        buffer.resize(size, 0);
    });
}

/// Where the buffer is.
#[unsafe(no_mangle)]
pub extern "C" fn get_wasm_memory_buffer_pointer() -> *const u8 {
    BUFFER.with_borrow(|buffer| buffer.as_ptr())
}

/// How many bytes the buffer holds.
#[unsafe(no_mangle)]
pub extern "C" fn get_wasm_memory_buffer_len() -> usize {
    BUFFER.with_borrow(Vec::len)
}

/// Answer the request in the buffer; `arguments` are the process's, the last of them its length.
/// The answer takes the request's place.
pub fn run(phases: Phases, arguments: impl Iterator<Item = String>) {
    let response = response(classify(phases, || request(arguments.last())));
    BUFFER.with_borrow_mut(|buffer| *buffer = response.to_string().into_bytes());
}

fn request(length: Option<String>) -> Result<Vec<u8>> {
    let length = length
        .and_then(|text| text.parse::<usize>().ok())
        .ok_or_else(|| Error::new("the last argument must be the request's length in bytes"))?;
    BUFFER.with_borrow(|buffer| {
        let request = buffer.get(..length).map(<[u8]>::to_vec);
        request.ok_or_else(|| {
            Error::new(format!(
                "the request has {} bytes, not {length}",
                buffer.len()
            ))
        })
    })
}

fn response(result: Result<Answer>) -> Value {
    match result.and_then(|answer| serde_json::to_value(answer).map_err(Error::new)) {
        Ok(answer) => json!({ "Ok": answer }),
        Err(error) => json!({ "Err": { "error": error.to_string() } }),
    }
}
