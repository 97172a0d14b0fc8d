import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchUrl } from "../../tools/fetch";
import { run } from "../../tools/run";
import { projectRoot } from "../support/command";
import { useEnv } from "../support/environment";
import { startProxy, type ForwardProxy } from "../support/network/forwardProxy";
import { certificateFor } from "../support/network/tls";

const signal = new AbortController().signal;
const hosts = ["plain.example", "moved.example"];

describe("a URL that is asked for", () => {
  const server = createServer((request, response) => {
    if (request.headers.host === "moved.example")
      response.writeHead(302, { location: "http://plain.example/a?b" }).end();
    else response.end(`${request.method ?? ""} ${request.url ?? ""}`);
  });
  let [port, proxy]: [number, ForwardProxy | undefined] = [0, undefined];
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
    proxy = await startProxy(Object.fromEntries(hosts.map((host) => [host, port])));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await proxy?.stop();
  });
  beforeEach(() => {
    if (proxy !== undefined) proxy.asked.length = 0;
  });
  useEnv(() => ({ HTTP_PROXY: proxy?.url ?? "", NO_PROXY: "direct.example" }));

  it("goes through the proxy, as does what it is redirected to", async () => {
    const response = await fetchUrl("http://moved.example/", { method: "GET", signal });
    assert.deepEqual([response.status, await response.text()], [200, "GET /a?b"]);
    assert.deepEqual(proxy?.asked, ["GET http://moved.example/", "GET http://plain.example/a?b"]);
  });

  it("goes without it to loopback, and where NO_PROXY says so", async () => {
    assert.ok((await fetchUrl(`http://127.0.0.1:${String(port)}/`, { signal })).ok);
    await assert.rejects(fetchUrl("http://direct.example/", { signal }));
    assert.deepEqual(proxy?.asked, []);
  });
});

describe("a URL of a private authority behind a proxy", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-fetch-"));
  const file = join(folder, "ca.pem");
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is asked where NODE_EXTRA_CA_CERTS has it, and not without", async () => {
    const made = await certificateFor("private.example");
    writeFileSync(file, made.cert);
    const server = createTls(made, (_, response) => response.end("fine"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = await startProxy({ "private.example": (server.address() as AddressInfo).port });
    try {
      // Node reads the file when it starts.
      const script = `const { fetchUrl } = require("./tools/fetch");
        fetchUrl("https://private.example/", {}).then(async (r) => console.log(await r.text()),
          (e) => console.log(e.cause.message));`;
      const ask = async (authorities: string) => {
        const env = { ...process.env, HTTPS_PROXY: proxy.url, NO_PROXY: "", NODE_EXTRA_CA_CERTS: authorities };
        return run(process.execPath, ["--require", "tsx/cjs", "--eval", script], {
          seconds: 60,
          env,
          cwd: projectRoot,
        });
      };
      assert.equal((await ask(file)).stdout, "fine\n");
      assert.match((await ask("")).stdout, /self-signed certificate/);
      assert.deepEqual(proxy.asked, ["CONNECT private.example:443", "CONNECT private.example:443"]);
    } finally {
      server.closeAllConnections();
      server.close();
      await proxy.stop();
    }
  });
});
