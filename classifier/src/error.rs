//! One kind of error: a line that says what is wrong and, where something can be done, what.

use std::fmt;
use std::panic::Location;

/// What is wrong with a request or the model, in one line.
#[derive(Debug, PartialEq, Eq)]
pub struct Error(String);

/// The result of anything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that says `message`, folded into one line that no terminal takes for commands.
    pub fn new(message: impl fmt::Display) -> Self {
        let text = message.to_string();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self(line.replace(char::is_control, "\u{fffd}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// End the process on a panic as on any other error: `report` tells it and returns the exit code.
///
/// A panic would be a fault of this program or of a library; a hook also works where panics abort.
pub fn exit_on_panic(report: impl Fn(&Error) -> i32 + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or("a panic without words");
        let place = panic.location().map_or(String::new(), place);
        let error = Error::new(format!("a fault in the program: {said}{place}"));
        std::process::exit(report(&error));
    }));
}

/// A panic's place without the folders of the machine that compiled it.
fn place(location: &Location<'_>) -> String {
    let file = location
        .file()
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    format!(" ({file}:{})", location.line())
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn an_error_is_one_line_without_commands_to_a_terminal() {
        let error = Error::new("a\n  b\u{1b}[31m\u{7}c");
        assert_eq!(error.to_string(), "a b\u{fffd}[31m\u{fffd}c");
    }
}
