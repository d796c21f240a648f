//! The same classifier as an OpenWhisk action: request and answer are in the module's memory.

mod embedded;

use std::process::ExitCode;

use mobilenet_oc::action;
use mobilenet_oc::error::exit_on_panic;
use mobilenet_oc::phases::Phases;

fn main() -> ExitCode {
    let phases = Phases::enter();
    exit_on_panic(action::fault);
    action::run(&embedded::source(), phases, std::env::args())
}
