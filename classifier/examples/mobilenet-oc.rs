//! The same classifier as an OpenWhisk action: request and answer are in the module's memory.

use std::process::ExitCode;

use mobilenet_oc::action;
use mobilenet_oc::embedded::EMBEDDED;
use mobilenet_oc::error::exit_on_panic;
use mobilenet_oc::phases::Phases;

fn main() -> ExitCode {
    let phases = Phases::enter();
    exit_on_panic(action::fail);
    action::run(&EMBEDDED, phases, std::env::args())
}
