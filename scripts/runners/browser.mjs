// Runs a wasm32-wasip1 command in a page of a browser, as `wasmtime run` does outside of one: stdin, read to its end before,
// stdout, stderr and the exit code are this process's; it has no environment and no files. What keeps it from running is one
// line on stderr. `node browser.mjs '{"browser": ..., "driver": ..., "shim": ..., "options": [...]}' MODULE [ARGUMENT...]`
import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import { buffer } from "node:stream/consumers";
import { inPage } from "./page.mjs";

// What `wasmtime run` ends with after a trap.
const TRAPPED = 134;
// What runs in the page.
async function start(entry, words) {
  const { WASI, File, OpenFile, ConsoleStdout } = await import(`/${entry}`);
  const written = { 1: [], 2: [] };
  const collector = (fd) => new ConsoleStdout((piece) => written[fd].push(piece.slice()));
  const text = async (fd) => {
    const url = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(new Blob(written[fd]));
    });
    return url.slice(url.indexOf(",") + 1);
  };
  const stdin = new Uint8Array(await (await fetch("/stdin")).arrayBuffer());
  const wasi = new WASI(words, [], [new OpenFile(new File(stdin)), collector(1), collector(2)], { debug: false });
  let [code, error] = [0, null];
  try {
    const imports = { wasi_snapshot_preview1: wasi.wasiImport };
    const { instance } = await WebAssembly.instantiateStreaming(fetch("/module.wasm"), imports);
    code = wasi.start(instance);
  } catch (thrown) {
    error = String(thrown?.message ?? thrown);
  }
  return { code, error, stdout: await text(1), stderr: await text(2) };
}

async function run({ shim, ...how }, path, words) {
  const [module, stdin] = [readFileSync(path), await buffer(process.stdin)];
  const own = { "page.html": "<!doctype html><title>wasm</title>", "module.wasm": module, stdin };
  const entry = realpathSync(shim);
  return await inPage(how, own, dirname(entry), (page) => page.evaluate(start, basename(entry), [basename(path), ...words]));
}

const [, , how, path, ...words] = process.argv;
const fail = (message) => console.error(`error: ${path}: ${message.split("\n")[0]}`);
try {
  const { code, error, stdout, stderr } = await run(JSON.parse(how), path, words);
  process.stdout.write(Buffer.from(stdout, "base64"));
  process.stderr.write(Buffer.from(stderr, "base64"));
  if (error !== null) fail(error);
  process.exitCode = error === null ? code : TRAPPED;
} catch (error) {
  fail(error.message);
  process.exitCode = TRAPPED;
}
