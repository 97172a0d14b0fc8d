// Runs inside a sidecar's network namespace, with plain Node.js: servers, and clients that measure.
"use strict";
const { once } = require("node:events");
const http = require("node:http");
const net = require("node:net");
const { clearTimeout, setTimeout } = require("node:timers");
const tls = require("node:tls");

// What a memcached answers to each line: its version, or that it is none of its commands.
const memcached = (data) =>
  data
    .toString("latin1")
    .split("\n")
    .slice(0, -1)
    .map((line) => (line.trim() === "version" ? "VERSION 1.6.21\r\n" : "ERROR\r\n"))
    .join("");

/** Servers: `http` answers 200, or the status in its path; `memcached` stands for one; `greeting` speaks first as MySQL does, `echo` sends back, `tls` greets over TLS, `relay`
 * leads to a Unix socket. */
async function serve(servers) {
  for (const { kind, address, port, key, cert, path, text = "hello" } of servers) {
    const server =
      kind === "http"
        ? http.createServer((request, response) => {
            response.statusCode = Number(/^\/status\/(\d{3})$/.exec(request.url)?.[1] ?? 200);
            response.end(`${address} ${request.url}`);
          })
        : kind === "tls"
          ? tls.createServer({ key, cert }, (socket) => socket.on("error", () => {}).write("hello"))
          : net.createServer((socket) => {
              socket.on("error", () => {});
              if (kind === "relay") {
                const target = net.connect({ path }).on("error", () => socket.destroy());
                socket.pipe(target).pipe(socket);
                return;
              }
              if (kind === "greeting") socket.write(text);
              socket.on("data", (data) => socket.write(kind === "memcached" ? memcached(data) : data));
            });
    // A connection that it closes by itself while a request is on its way is a 503 that nobody asked for.
    if (kind === "http") server.keepAliveTimeout = 0;
    server.listen(port, address);
    await once(server, "listening");
  }
  process.stdout.write("ready\n");
}

const since = (start) => Number(process.hrtime.bigint() - start) / 1e6;

function request({ address, port, host, path = "/", timeout = 30000 }) {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const call = http.get({ host: address, port, path, headers: { host }, agent: false, timeout }, (response) => {
      response.resume().once("end", () => resolve({ result: String(response.statusCode), ms: since(start) }));
    });
    call.once("timeout", () => call.destroy(new Error("timeout")));
    call.once("error", (error) => resolve({ result: error.message, ms: since(start) }));
  });
}

/** Connects and waits for the first bytes: `hello`, or how the connection ended. */
function read({ address, port, send, servername, timeout = 5000 }) {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    let connected;
    const socket =
      servername === undefined
        ? net.connect({ host: address, port })
        : tls.connect({ host: address, port, servername, rejectUnauthorized: false });
    const done = (result) => {
      socket.destroy();
      resolve({ result, ms: since(start), connected });
    };
    socket.setTimeout(timeout, () => done("hangs"));
    socket.once("connect", () => {
      connected = since(start);
      if (send !== undefined) socket.write(send);
    });
    socket.once("data", (data) => done(data.toString("latin1")));
    socket.once("end", () => done("closed"));
    socket.once("error", (error) => done(`closed: ${error.code}`));
  });
}

/** Opens a connection, and tells when it ends. */
function hold({ address, port, timeout }) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port }).resume();
    const start = process.hrtime.bigint();
    const timer = setTimeout(() => done("open"), timeout);
    const done = (result) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ result, ms: since(start) });
    };
    socket.once("end", () => done("closed"));
    socket.once("error", (error) => done(`closed: ${error.code}`));
  });
}

async function main() {
  const [mode, text] = process.argv.slice(2);
  const given = JSON.parse(text);
  if (mode === "serve") return serve(given);
  const results = [];
  for (const probe of given) {
    const { kind, count = 1 } = probe;
    const call = { http: request, read, hold }[kind];
    for (let left = count; left > 0; left -= 20) {
      results.push(...(await Promise.all(Array.from({ length: Math.min(20, left) }, () => call(probe)))));
    }
  }
  process.stdout.write(`${JSON.stringify(results)}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
