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
use wasm_encoder::{CustomSection, Section};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// How the custom sections begin that say what a module is as a component.
const TYPES: &str = "component-type";

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
    let (mut bytes, compiled_bytes) = (read(module)?, read(compiled)?);
    if append_types(&mut bytes, &compiled_bytes)? == 0 {
        bail!("{compiled} does not say what it imports and exports as a component");
    }
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

/// Append to a module those custom sections of another that say what it is as a component; return how many.
fn append_types(module: &mut Vec<u8>, compiled: &[u8]) -> Result<usize> {
    let mut found = 0;
    for payload in Parser::new(0).parse_all(compiled) {
        if let Payload::CustomSection(section) = payload?
            && section.name().starts_with(TYPES)
        {
            let (name, data) = (section.name().into(), section.data().into());
            CustomSection { name, data }.append_to(module);
            found += 1;
        }
    }
    Ok(found)
}
