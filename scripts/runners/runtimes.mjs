// The reference runtimes in JavaScript, one thread each, under Node and in a page alike: a library, a graph's bytes and, where
// it loads its own code, the address of that -> a function from the input's values to the probabilities.
export const RUNTIMES = { litert_js, onnxruntime_web };

async function litert_js(litert, graph, code) {
  await litert.loadLiteRt(code);
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

// Infers so often; `start` starts a clock and returns what tells the nanoseconds since.
export async function infer(classify, values, count, start) {
  const durations = [];
  let probabilities;
  for (let i = 0; i < count; i += 1) {
    const elapsed = start();
    probabilities = await classify(values);
    durations.push(elapsed());
  }
  return { probabilities: Array.from(probabilities), inference_ns: durations };
}
