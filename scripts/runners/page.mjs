// A page of a browser, for what a program of this folder runs in one.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

const TYPES = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", html: "text/html" };
// With these a page's clock has finer steps: 5 instead of 100 microseconds in Chromium.
const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

// Serves what is given by name, `page.html` first, and a folder's files on the loopback interface, to this process's browser.
async function serve(own, folder) {
  const server = createServer((request, response) => {
    const name = normalize(request.url).slice(1) || "page.html";
    try {
      const body = own[name] ?? readFileSync(join(folder, name));
      response.writeHead(200, { ...ISOLATED, "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404, ISOLATED).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return server;
}

// Returns what `work` makes of the page, once the browser, started for it, is closed.
export async function inPage({ browser, driver, options = [] }, own, folder, work) {
  const { default: puppeteer } = await import(pathToFileURL(driver));
  const server = await serve(own, folder);
  const isFirefox = basename(browser).startsWith("firefox");
  // A browser's own sandbox refuses root, as whom a container runs.
  const args = [...options, ...(process.getuid() === 0 && !isFirefox ? ["--no-sandbox"] : [])];
  const started = await puppeteer.launch({
    browser: isFirefox ? "firefox" : "chrome",
    executablePath: browser,
    headless: isFirefox ? true : "shell",
    args,
    // By a pipe, so that Chromium ends where this process does, however that ends; Firefox has none.
    pipe: !isFirefox,
    protocolTimeout: 0,
  });
  try {
    const page = await started.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return await work(page);
  } finally {
    await started.close();
    server.close();
    server.closeAllConnections();
  }
}
