//! The same classifier as a service: a component of the world `wasi:http/proxy` (`wasmtime serve`).
//!
//! It is compiled as a command, as the other programs are, whose entry point is of no use here.

mod embedded;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Once;

use mobilenet_oc::constructors;
use mobilenet_oc::http;
use mobilenet_oc::phases::Phases;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

struct Service;

wasip2::http::proxy::export!(Service);

impl Guest for Service {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        static FIRST: Once = Once::new();
        let phases = Phases::enter();
        FIRST.call_once(constructors::run);
        let path = match request.method() {
            Method::Post => request.path_with_query(),
            _ => None,
        };
        let body = read(&request).unwrap_or_default();
        let path = path.unwrap_or_default();
        let (status, answer) = http::run(&embedded::source(), phases, &path, &body);
        // Where the client is gone, nobody is left who could be told.
        let _ = respond(out, status, &answer);
    }
}

fn read(request: &IncomingRequest) -> Option<Vec<u8>> {
    let body = request.consume().ok()?;
    let mut bytes = Vec::new();
    let stream = body.stream().ok()?;
    stream
        .take(http::MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

fn respond(out: ResponseOutparam, status: u16, answer: &[u8]) -> Option<()> {
    let headers = Fields::new();
    let length = answer.len().to_string().into_bytes();
    headers
        .set("content-type", &[b"application/json".to_vec()])
        .ok()?;
    headers.set("content-length", &[length]).ok()?;
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).ok()?;
    let body = response.body().ok()?;
    ResponseOutparam::set(out, Ok(response));
    let mut stream = body.write().ok()?;
    stream.write_all(answer).ok()?;
    stream.flush().ok()?;
    drop(stream);
    OutgoingBody::finish(body, None).ok()
}

fn main() -> ExitCode {
    eprintln!("error: this is the module of a component, which `wasmtime serve` runs");
    ExitCode::FAILURE
}
