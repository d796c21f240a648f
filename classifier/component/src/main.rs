//! Makes a component for the world `wasi:http/proxy` of a module for wasip1, as `wasm-tools component new` does.
//!
//! `component MODULE COMPILED OUT`: tools on the way from the compiled module to MODULE have dropped the custom
//! sections that say what it imports and exports by the component model; they are taken from COMPILED.

use std::env;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata, metadata};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [module, compiled, out] => match make(module, compiled, out) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => eprintln!("error: {error:#}"),
        },
        _ => eprintln!("usage: component MODULE COMPILED OUT"),
    }
    ExitCode::FAILURE
}

fn make(module: &str, compiled: &str, out: &str) -> Result<()> {
    let read = |path| fs::read(path).with_context(|| format!("cannot read {path}"));
    let (found, told) = metadata::decode(&read(compiled)?)?;
    if found.is_none() {
        bail!("{compiled} does not say what it imports and exports as a component");
    }
    let mut bytes = read(module)?;
    let encoding = StringEncoding::UTF8;
    embed_component_metadata(&mut bytes, &told.resolve, told.world, encoding)?;
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
        )?
        .encode()
        .with_context(|| format!("{module} makes no component"))?;
    fs::write(out, component).with_context(|| format!("cannot write {out}"))
}
