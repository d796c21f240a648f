//! The OpenWhisk action's ABI.
//!
//! The host calls [`wasm_memory_buffer_allocate_space`], copies the request into the buffer, runs the
//! entry point with the request's length in bytes as its last argument, and reads the answer from the
//! buffer: `{"Ok": answer}` or `{"Err": {"error": message}}`. Where there is an answer, whichever,
//! the exit code is 0: a host does not read the buffer of an action that failed.
//!
//! A host that keeps an instance calls `answer_request` (examples/mobilenet-oc.rs) with the length
//! instead of the entry point, which runs once only; the model stays ready there.

use std::cell::RefCell;
use std::process::ExitCode;

use serde::Serialize;

use crate::answer::Answer;
use crate::classify::classify;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::phases::Phases;
use crate::request::Request;
use crate::source::Source;
use crate::usage;

thread_local! {
    /// None until the host allocates.
    static BUFFER: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
    /// The model of an instance that answers several requests.
    static KEPT: RefCell<Option<Model>> = const { RefCell::new(None) };
}

/// Make room for a request of `size` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_memory_buffer_allocate_space(size: usize) {
    BUFFER.set(Some(vec![0; size]));
}

/// Where the buffer is.
#[unsafe(no_mangle)]
pub extern "C" fn get_wasm_memory_buffer_pointer() -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| buffer.get_or_insert_default().as_mut_ptr())
}

/// How many bytes the buffer holds.
#[unsafe(no_mangle)]
pub extern "C" fn get_wasm_memory_buffer_len() -> usize {
    BUFFER.with_borrow(|buffer| buffer.as_ref().map_or(0, Vec::len))
}

/// Answer the request in the buffer; `arguments` are the process's, the last of them its length.
/// The answer takes the request's place. Errors are answers, too: the exit code only tells whether
/// there was a host to read one.
pub fn run(
    source: &Source<'static>,
    phases: Phases,
    arguments: impl Iterator<Item = String>,
) -> ExitCode {
    let last = arguments.last();
    if !has_host() {
        return usage::without_host(last.as_deref());
    }
    answer(source, &mut None, phases, || request(length(last)?));
    ExitCode::SUCCESS
}

/// As [`run`], for the request of `length` bytes in the buffer, with a model that is kept for the next.
pub fn run_again(source: &Source<'static>, phases: Phases, length: usize) {
    KEPT.with_borrow_mut(|model| answer(source, model, phases, || request(length)));
}

fn answer(
    source: &Source<'static>,
    model: &mut Option<Model>,
    phases: Phases,
    bytes: impl FnOnce() -> Result<Vec<u8>>,
) {
    match classify(source, model, phases, || Request::from_action(&bytes()?)) {
        Ok(answer) => respond(&Response::Ok(answer)),
        Err(error) => fail(&error),
    }
}

/// Answer with a fault of the program; return the exit code with which the process is to end.
///
/// The call of the entry point then ends by `proc_exit(0)`, since a panic does not return from it.
pub fn fault(error: &Error) -> i32 {
    if has_host() {
        fail(error);
        return 0;
    }
    eprintln!("error: {error}");
    1
}

/// Whether somebody made room for a request.
fn has_host() -> bool {
    BUFFER.with_borrow(Option::is_some)
}

fn fail(error: &Error) {
    let error = error.to_string();
    respond(&Response::Err { error });
}

#[derive(Serialize)]
enum Response {
    Ok(Answer),
    Err { error: String },
}

fn respond(response: &Response) {
    // Numbers and strings alone: writing them to memory cannot fail.
    BUFFER.set(serde_json::to_vec(response).ok());
}

/// The request's length: the last argument.
fn length(last: Option<String>) -> Result<usize> {
    last.and_then(|text| text.parse::<usize>().ok())
        .ok_or_else(|| Error::new("the last argument must be the request's length in bytes"))
}

/// The request: as much of the buffer as the host says.
fn request(length: usize) -> Result<Vec<u8>> {
    BUFFER.with_borrow(|buffer| {
        let buffer = buffer.as_deref().unwrap_or_default();
        let request = buffer.get(..length).map(<[u8]>::to_vec);
        request.ok_or_else(|| {
            let found = buffer.len();
            Error::new(format!(
                "the request has {found} bytes, not the {length} of the last argument"
            ))
        })
    })
}
