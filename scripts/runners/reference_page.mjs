// The reference runtimes in JavaScript, one thread each, in a page of Chromium: as reference.mjs, which says what is asked and
// answered. `node reference_page.mjs '{"browser": ..., "driver": ..., "runtime": ..., "library": ...}' GRAPH`
import { readFileSync, realpathSync, writeSync } from "node:fs";
import { sep } from "node:path";
import { inPage } from "./page.mjs";

// What a library imports by a package's name, which a page has to be told the place of.
const IMPORTS = { "@litertjs/wasm-utils": "/@litertjs/wasm-utils/dist/index.js" };
const RUNTIMES = readFileSync(new URL("runtimes.mjs", import.meta.url));
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;

// What runs in the page: leaves there what has it infer.
async function load(runtime, entry) {
  const { RUNTIMES, infer } = await import("/runtimes.mjs");
  const graph = new Uint8Array(await (await fetch("/graph")).arrayBuffer());
  const code = new URL("../wasm/", new URL(entry, location.href)).href;
  const classify = await RUNTIMES[runtime](await import(entry), graph, code);
  const start = () => {
    const started = performance.now();
    return () => Math.round(1e6 * (performance.now() - started));
  };
  globalThis.infer = (encoded, count) => {
    const values = new Float32Array(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)).buffer);
    return infer(classify, values, count, start);
  };
}

// So many bytes of stdin; fewer where it ends. What drives the browser leaves stdin in a state that does not wait for reads.
const pieces = process.stdin[Symbol.asyncIterator]();
let held = Buffer.alloc(0);
async function read(bytes) {
  while (held.length < bytes) {
    const { value, done } = await pieces.next();
    if (done) break;
    held = Buffer.concat([held, value]);
  }
  const found = held.subarray(0, bytes);
  held = held.subarray(bytes);
  return found;
}

async function run({ runtime, library, ...how }, path) {
  const [graph, file] = [readFileSync(path), realpathSync(library)];
  const packages = file.slice(0, file.lastIndexOf(`${sep}node_modules${sep}`) + "/node_modules".length);
  await inPage(how, { "page.html": PAGE, "runtimes.mjs": RUNTIMES, graph }, packages, async (page) => {
    await page.evaluate(load, runtime, file.slice(packages.length));
    writeSync(1, "loaded\n");
    for (let asked = await read(8); asked.length === 8; asked = await read(8)) {
      const encoded = (await read(asked.readUInt32LE(4))).toString("base64");
      const answer = await page.evaluate((...words) => globalThis.infer(...words), encoded, asked.readUInt32LE(0));
      console.log(JSON.stringify(answer));
    }
  });
}

const [, , how, path] = process.argv;
try {
  await run(JSON.parse(how), path);
} catch (error) {
  console.error(`${path}: ${String(error.message ?? error).split("\n")[0]}`);
  process.exit(1);
}
