//! The request on stdin, the answer on stdout.

use std::io::{Read, Write};

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
    let bytes = read.map_err(|error| Error::new(format!("cannot read stdin: {error}")))?;
    if bytes as u64 > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(Error::new(format!(
            "the request is larger than {most} MiB; send a smaller image"
        )));
    }
    Ok(request)
}

/// Write an answer as one line of JSON.
///
/// # Errors
/// It cannot be written.
pub fn write(mut sink: impl Write, answer: &Answer) -> Result<()> {
    let mut line = serde_json::to_vec(answer).map_err(Error::new)?;
    line.push(b'\n');
    let written = sink.write_all(&line).and_then(|()| sink.flush());
    written.map_err(|error| Error::new(format!("cannot write the answer: {error}")))
}
