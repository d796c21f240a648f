// Runs a wasm32-wasip1 command as `wasmtime run` does: stdin, stdout and stderr are its own, it has no environment and no
// files, and its exit code is passed on. A trap, as whatever else keeps it from running, is one line on stderr.
// `node --no-warnings wasi.mjs MODULE [ARGUMENT...] < stdin`, or the same under bun.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { WASI } from "node:wasi";

// What `wasmtime run` ends with after a trap.
const TRAPPED = 134;

function run(path, words) {
  const wasi = new WASI({ version: "preview1", args: [basename(path), ...words], env: {} });
  const module = new WebAssembly.Module(readFileSync(path));
  // Bun has not Node's `getImportObject`.
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
  return wasi.start(instance);
}

// The global `process`: importing it from a module opens stdin, and what reads a slow pipe then fails with EAGAIN.
const [, , path, ...words] = process.argv;
try {
  process.exit(run(path, words));
} catch (error) {
  console.error(`error: ${path}: ${error.message.split("\n")[0]}`);
  process.exit(TRAPPED);
}
