//! The request on stdin, the answer on stdout: one, or one after another, a line each.

use std::io::{BufRead, Read, Write};

use serde::Serialize;
use serde_json::json;

use crate::answer::Answer;
use crate::error::{Error, Result};

/// More than the largest image that is decoded takes in base64.
const MOST_BYTES: u64 = 512 << 20;

/// Read all of `source`.
///
/// # Errors
/// It cannot be read, or holds more than any request needs.
pub fn read(source: impl Read) -> Result<Vec<u8>> {
    let mut request = Vec::new();
    let read = source.take(MOST_BYTES + 1).read_to_end(&mut request);
    check(read)?;
    Ok(request)
}

/// Answer every line of `source` by one in `sink`, at once; one that cannot be answered by `error`.
///
/// # Errors
/// Stdin cannot be read or a line of it is larger than any request, or the answer cannot be written.
pub fn serve(
    mut source: impl BufRead,
    mut sink: impl Write,
    mut answer: impl FnMut(&[u8]) -> Result<Answer>,
) -> Result<()> {
    let mut request = Vec::new();
    while check(next(&mut source, &mut request))? > 0 {
        match answer(&request) {
            Ok(answer) => write(&mut sink, &answer)?,
            Err(error) => write(&mut sink, &json!({"error": error.to_string()}))?,
        }
        request.clear();
    }
    Ok(())
}

/// Read a line of `source`, as much of it as any request needs; return its bytes, none at the end.
fn next(source: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    source.take(MOST_BYTES + 1).read_until(b'\n', line)
}

/// How many bytes were read, unless they are too many.
fn check(read: std::io::Result<usize>) -> Result<usize> {
    let bytes = read.map_err(|error| Error::new(format!("cannot read stdin: {error}")))?;
    if bytes as u64 > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(Error::new(format!(
            "the request is larger than {most} MiB; send a smaller image"
        )));
    }
    Ok(bytes)
}

/// Write an answer as one line of JSON.
///
/// # Errors
/// It cannot be written.
pub fn write(mut sink: impl Write, answer: &impl Serialize) -> Result<()> {
    let mut line = serde_json::to_vec(answer).map_err(Error::new)?;
    line.push(b'\n');
    let written = sink.write_all(&line).and_then(|()| sink.flush());
    written.map_err(|error| Error::new(format!("cannot write the answer: {error}")))
}
