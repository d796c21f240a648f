// Runs a wasm32-wasip1 command: from its bytes, its words and what `host` can do with the process's streams, clocks and
// random bytes, to its exit code, or in words what kept it from one. It has no environment and no files. What a call of `host`
// gives below 0 is an error of WASI's.
(bytes, words, host) => {
  const POINTER = 4;
  const [DONE, BADF] = [0, 8];
  const exited = {};
  let memory;
  const view = () => new DataView(memory.buffer);
  const part = (address, length) => new Uint8Array(memory.buffer, address, length);

  // Of several buffers the first that is not empty: a short count is no error.
  function transfer(call, buffers, count, moved) {
    let [address, length] = [0, 0];
    for (let index = 0; index < count && length === 0; index++) {
      address = view().getUint32(buffers + 2 * POINTER * index, true);
      length = view().getUint32(buffers + 2 * POINTER * index + POINTER, true);
    }
    const done = call(address, length);
    if (done < 0) return -done;
    view().setUint32(moved, done, true);
    return DONE;
  }

  function read(address, length) {
    const got = host.read(length);
    if (typeof got === "number") return got;
    part(address, length).set(got);
    return got.length;
  }

  function sizes(strings, count, length) {
    view().setUint32(count, strings.length, true);
    view().setUint32(length, strings.reduce((sum, string) => sum + string.length, 0), true);
    return DONE;
  }

  function copies(strings, pointers, address) {
    for (const string of strings) {
      view().setUint32(pointers, address, true);
      part(address, string.length).set(string);
      [pointers, address] = [pointers + POINTER, address + string.length];
    }
    return DONE;
  }

  const imports = {
    args_sizes_get: (count, length) => sizes(words, count, length),
    args_get: (pointers, address) => copies(words, pointers, address),
    environ_sizes_get: (count, length) => sizes([], count, length),
    environ_get: () => DONE,
    fd_read: (fd, ...where) => (fd === 0 ? transfer(read, ...where) : BADF),
    fd_write: (fd, ...where) =>
      fd === 1 || fd === 2 ? transfer((...buffer) => host.write(fd, part(...buffer).slice()), ...where) : BADF,
    clock_time_get: (clock, precision, place) => {
      const now = host.clock(clock);
      if (now < 0) return -Number(now);
      view().setBigUint64(place, BigInt(now), true);
      return DONE;
    },
    random_get: (address, length) => {
      part(address, length).set(host.random(length));
      return DONE;
    },
    sched_yield: () => DONE,
    proc_exit: (code) => {
      exited.code = code;
      throw exited;
    },
  };
  try {
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
    memory = exports.memory;
    exports._start();
    return 0;
  } catch (error) {
    return error === exited ? exited.code : error.message;
  }
};
