"use strict";
// Loaded into every Node process of a profiled run: writes what it does, a line each, to a file. At once, since Pulumi kills its
// providers. No token and no body: of a request its method and path.
const { subscribe } = require("node:diagnostics_channel");
const { appendFileSync } = require("node:fs");
const Module = require("node:module");
const { performance } = require("node:perf_hooks");

const now = () => performance.timeOrigin + performance.now();
const write = (event) => {
  const { user, system } = process.cpuUsage();
  const line = { process: process.argv.slice(1, 3).join(" "), pid: process.pid, cpu: (user + system) / 1e6, ...event };
  appendFileSync(process.env.JAM_ISTIO_PROFILE, `${JSON.stringify(line)}\n`);
};

write({ event: "begin", from: performance.timeOrigin, to: now() });

const load = Module._load;
let depth = 0;
Module._load = function (...asked) {
  const from = now();
  depth++;
  try {
    return load.apply(this, asked);
  } finally {
    depth--;
    // The outermost alone: what it loads itself is part of it.
    if (depth === 0 || String(asked[0]).endsWith("bin/program.js")) {
      const to = now();
      if (to - from > 5) write({ event: "load", what: String(asked[0]), from, to });
    }
  }
};

const begun = new WeakMap();
subscribe("http.client.request.start", ({ request }) => begun.set(request, now()));
subscribe("http.client.response.finish", ({ request }) => {
  const what = `${request.method} ${request.path.split("?")[0]}`;
  write({ event: "request", what, from: begun.get(request) ?? now(), to: now() });
});

process.on("exit", () => write({ event: "end", from: now(), to: now() }));
