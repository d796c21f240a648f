//! The model that the build embeds: its bytes, and what the build was told of it (build.rs).

use mobilenet_oc::embedded::Embedded;
use mobilenet_oc::source::Source;

include!(concat!(env!("OUT_DIR"), "/embedded_source.rs"));

/// The model, for all to read.
pub fn source() -> Source<'static> {
    Source {
        bytes: BYTES.lend(),
        ..ABOUT
    }
}

/// Make the model ready; an initialiser (Wizer) calls it, once.
#[cfg(feature = "snapshot")]
#[unsafe(export_name = "wizer-initialize")]
pub extern "C" fn initialize() {
    mobilenet_oc::snapshot::prepare(&BYTES, ABOUT);
}
