// The reference runtimes in JavaScript, one thread each: `node reference.mjs RUNTIME LIBRARY GRAPH`, as
// scripts/runners/in_node.py asks them. A line says that the graph is loaded. Then stdin has how often to infer and how many
// bytes the input has, four bytes each, little-endian, and the input, float32; what each took in nanoseconds and the last
// result are printed as a line of JSON. So it goes on until stdin ends.
import { readFileSync, readSync, realpathSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { RUNTIMES, infer } from "./runtimes.mjs";

// Where LiteRT's own code lies. It loads that as a page's script, which finds its files as a script of Node's does: each
// misses what follows.
function codeOf(library) {
  const folder = join(realpathSync(library), "../../wasm/");
  const load = (path) => runInThisContext(readFileSync(path, "utf8"), path);
  Object.assign(globalThis, { self: globalThis, importScripts: load, require: createRequire(folder), __dirname: folder });
  return folder;
}

function start() {
  const started = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - started);
}

// So many bytes of stdin; fewer where it ends.
function read(bytes) {
  const found = Buffer.alloc(bytes);
  let got = 0;
  for (let more = 1; more > 0 && got < bytes; got += more) {
    more = readSync(0, found, got, bytes - got);
  }
  return found.subarray(0, got);
}

const [, , runtime, library, graph] = process.argv;
try {
  const code = runtime === "litert_js" ? codeOf(library) : undefined;
  const classify = await RUNTIMES[runtime](await import(pathToFileURL(library)), readFileSync(graph), code);
  writeSync(1, "loaded\n");
  for (let asked = read(8); asked.length === 8; asked = read(8)) {
    const bytes = read(asked.readUInt32LE(4));
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    console.log(JSON.stringify(await infer(classify, values, asked.readUInt32LE(0), start)));
  }
} catch (error) {
  console.error(`${graph}: ${String(error.message ?? error).split("\n")[0]}`);
  process.exit(1);
}
