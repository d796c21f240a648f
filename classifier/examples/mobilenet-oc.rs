//! The same classifier as an OpenWhisk action: request and answer are in the module's memory.

use mobilenet_oc::action;
use mobilenet_oc::phases::Phases;

fn main() {
    action::run(Phases::enter(), std::env::args());
}
