//! One kind of error: a line that says what is wrong and, where something can be done, what.

use std::fmt;

/// What is wrong with a request or the model, in one line.
#[derive(Debug, PartialEq, Eq)]
pub struct Error(String);

/// The result of anything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that says `message`, folded into one line.
    pub fn new(message: impl fmt::Display) -> Self {
        let text = message.to_string();
        Self(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
