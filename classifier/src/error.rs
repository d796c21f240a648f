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

/// End the process on a panic as on any other error: `report` tells it, the exit code is 1.
///
/// A panic would be a fault of this program or of a library; a hook also works where panics abort.
pub fn exit_on_panic(report: impl Fn(&Error) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        report(&Error::new(format!("a fault in the program: {panic}")));
        std::process::exit(1);
    }));
}
