// Runs a wasm32-wasip1 command in a page of a browser, as `wasmtime run` does outside of one: stdin, read to its end before,
// stdout, stderr and the exit code are this process's; it has no environment and no files. What keeps it from running is one
// line on stderr. `node browser.mjs '{"browser": ..., "driver": ..., "shim": ..., "options": [...]}' MODULE [ARGUMENT...]`
import { readFileSync, realpathSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, join, normalize } from "node:path";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

// What `wasmtime run` ends with after a trap.
const TRAPPED = 134;
const TYPES = { js: "text/javascript", wasm: "application/wasm", html: "text/html" };
// With these a page's clock has finer steps: 5 instead of 100 microseconds in Chromium.
const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

// Serves the page, the module, its stdin and the shim's files on the loopback interface, to this process's browser.
async function serve(module, stdin, shim) {
  const server = createServer((request, response) => {
    const name = normalize(request.url).slice(1) || "page.html";
    const own = { "page.html": "<!doctype html><title>wasm</title>", "module.wasm": module, stdin };
    try {
      const body = own[name] ?? readFileSync(join(shim, name));
      response.writeHead(200, { ...ISOLATED, "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404, ISOLATED).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return server;
}

// What runs in the page.
async function inPage(entry, words) {
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

async function run({ browser, driver, shim, options }, path, words) {
  const [module, stdin] = [readFileSync(path), await buffer(process.stdin)];
  const { default: puppeteer } = await import(pathToFileURL(driver));
  const entry = realpathSync(shim);
  const server = await serve(module, stdin, dirname(entry));
  const isFirefox = basename(browser).startsWith("firefox");
  // A browser's own sandbox refuses root, as whom a container runs.
  const args = [...options, ...(process.getuid() === 0 && !isFirefox ? ["--no-sandbox"] : [])];
  const started = await puppeteer.launch({
    browser: isFirefox ? "firefox" : "chrome",
    executablePath: browser,
    headless: isFirefox ? true : "shell",
    args,
    protocolTimeout: 0,
  });
  try {
    const page = await started.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return await page.evaluate(inPage, basename(entry), [basename(path), ...words]);
  } finally {
    await started.close();
    server.close();
    server.closeAllConnections();
  }
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
