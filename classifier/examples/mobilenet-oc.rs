//! The same classifier as an OpenWhisk action: request and answer are in the module's memory.

mod embedded;

use std::process::ExitCode;
use std::sync::Once;

use mobilenet_oc::action;
use mobilenet_oc::constructors;
use mobilenet_oc::error::exit_on_panic;
use mobilenet_oc::phases::Phases;

fn main() -> ExitCode {
    let phases = Phases::enter();
    // The entry point of some C libraries leaves them to the linker, which does so only where nobody calls them.
    constructors::run();
    exit_on_panic(action::fault);
    action::run(&embedded::source(), phases, std::env::args())
}

/// Answer the request of `length` bytes in the buffer; what a host that keeps an instance calls.
#[unsafe(export_name = "answer_request")]
pub extern "C" fn answer_request(length: usize) {
    static FIRST: Once = Once::new();
    let phases = Phases::enter();
    FIRST.call_once(|| {
        constructors::run();
        exit_on_panic(action::fault);
    });
    action::run_again(&embedded::source(), phases, length);
}
