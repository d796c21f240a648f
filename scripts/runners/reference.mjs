// The reference runtimes in JavaScript, one thread each: `node reference.mjs RUNTIME LIBRARY GRAPH`, as
// scripts/runners/in_node.py asks them. A line says that the graph is loaded. Then stdin has how often to infer and how many
// bytes the input has, four bytes each, little-endian, and the input, float32; what each took in nanoseconds and the last
// result are printed as a line of JSON. So it goes on until stdin ends.
import { readFileSync, readSync, realpathSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";

const RUNTIMES = { litert_js, onnxruntime_web };

async function litert_js(litert, graph, library) {
  // It loads its code as a page's script, which finds its own files as a script of Node's does: each misses what follows.
  const folder = join(realpathSync(library), "../../wasm/");
  const load = (path) => runInThisContext(readFileSync(path, "utf8"), path);
  Object.assign(globalThis, { self: globalThis, importScripts: load, require: createRequire(folder), __dirname: folder });
  await litert.loadLiteRt(folder);
  const model = await litert.loadAndCompile(graph, { accelerator: "wasm", cpuOptions: { numThreads: 1 } });
  const [{ shape }] = model.getInputDetails();
  return async (values) => {
    const input = new litert.Tensor(values, [...shape]);
    const [output] = await model.run(input);
    const found = await output.data();
    input.delete();
    output.delete();
    return found;
  };
}

async function onnxruntime_web(ort, graph) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(graph);
  const { name, shape } = session.inputMetadata[0];
  return async (values) => {
    const found = await session.run({ [name]: new ort.Tensor("float32", values, shape) });
    return found[session.outputNames[0]].data;
  };
}

async function infer(classify, values, count) {
  const durations = [];
  let probabilities;
  for (let i = 0; i < count; i += 1) {
    const started = process.hrtime.bigint();
    probabilities = await classify(values);
    durations.push(Number(process.hrtime.bigint() - started));
  }
  return { probabilities: Array.from(probabilities), inference_ns: durations };
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
  const classify = await RUNTIMES[runtime](await import(pathToFileURL(library)), readFileSync(graph), library);
  writeSync(1, "loaded\n");
  for (let asked = read(8); asked.length === 8; asked = read(8)) {
    const bytes = read(asked.readUInt32LE(4));
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    console.log(JSON.stringify(await infer(classify, values, asked.readUInt32LE(0))));
  }
} catch (error) {
  console.error(`${graph}: ${String(error.message ?? error).split("\n")[0]}`);
  process.exit(1);
}
