//! The action behind HTTP: a request's status and body, whatever carries them.
//!
//! As the action's host (scripts/action) has it: `POST /run` with `{"value": parameters}` is answered by the
//! classifier's answer, or its own error as `{"error": message}`, both with status 200.

use std::cell::RefCell;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::classify::classify;
use crate::model::Model;
use crate::phases::Phases;
use crate::request::Request;
use crate::source::Source;

/// What a body may have: the platform's limit for parameters, and room for what stands around them.
pub const MOST_BYTES: u64 = (1 << 20) + 1024;
const NO_OBJECT: &str = "The action did not receive a dictionary or array as an argument.";

thread_local! {
    /// The model of an instance that answers several requests.
    static KEPT: RefCell<Option<Model>> = const { RefCell::new(None) };
}

/// Answer `body`, sent by POST to `path`, which may have a query.
pub fn run(source: &Source<'static>, phases: Phases, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    if path.split('?').next() != Some("/run") {
        return told(404, &json!({"error": "there is POST /run alone"}));
    }
    if body.len() as u64 > MOST_BYTES {
        return told(
            413,
            &json!({"error": format!("Request larger than allowed: > {MOST_BYTES} bytes.")}),
        );
    }
    let Some(parameters) = parameters(body) else {
        return told(404, &json!({"error": NO_OBJECT}));
    };
    let request = || Request::from_action(&parameters);
    let done = KEPT.with_borrow_mut(|model| classify(source, model, phases, request));
    match done {
        Ok(answer) => told(200, &answer),
        Err(error) => told(200, &json!({"error": error.to_string()})),
    }
}

/// The parameters in a body, none where they are no object; without any an empty one.
fn parameters(body: &[u8]) -> Option<Vec<u8>> {
    let mut body: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let value = body.remove("value").unwrap_or_else(|| json!({}));
    value.is_object().then(|| value.to_string().into_bytes())
}

fn told(status: u16, what: &impl Serialize) -> (u16, Vec<u8>) {
    // Numbers and strings alone: writing them to memory cannot fail.
    (status, serde_json::to_vec(what).unwrap_or_default())
}
