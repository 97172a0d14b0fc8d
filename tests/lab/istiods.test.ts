import { Server, ServerCredentials, status, type ServerDuplexStream } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtIstiod, istiodMissing } from "../../lab/istiods/programs";
import { XdsConnection } from "../../lab/istiods/xds";

describe("the istiods that can be compared", () => {
  const cache = mkdtempSync(join(tmpdir(), "jam-istio-istiods-"));
  const before = process.env["JAM_ISTIO_CACHE"];
  beforeEach(() => {
    process.env["JAM_ISTIO_CACHE"] = cache;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["JAM_ISTIO_CACHE"];
    else process.env["JAM_ISTIO_CACHE"] = before;
  });
  after(() => {
    rmSync(cache, { recursive: true });
  });

  it("one that is not built is said with the command, one that cannot be with those that can", () => {
    assert.equal(istiodMissing("1.30.3"), "no istiod of 1.30 is built: npm run lab -- build istiods");
    assert.equal(istiodMissing("1.29.6"), "the lab has no istiod of 1.29; it can build those of 1.21, 1.30, 1.31");
  });

  it("one that is built is found by any version of its minor", () => {
    const folder = join(cache, "lab", "istio-1.30-1.30-20260423");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "pilot-discovery"), "");
    for (const version of ["1.30.0", "1.30.4"])
      assert.deepEqual(builtIstiod(version), { path: join(folder, "pilot-discovery"), version: "1.30-20260423" });
    assert.equal(istiodMissing("1.30.1"), undefined);
  });
});

describe("a proxy that only asks", () => {
  const path = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
  const seen: Buffer[] = [];
  let server: Server;
  let port = 0;
  let refuses = false;

  before(async () => {
    server = new Server();
    const bytes = (value: Buffer) => value;
    const codec = { requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes };
    const method = { path, requestStream: true, responseStream: true, ...codec, responseDeserialize: bytes };
    server.addService(
      { stream: method },
      {
        stream: (call: ServerDuplexStream<Buffer, Buffer>) => {
          call.on("data", (request: Buffer) => {
            seen.push(request);
            if (refuses) call.emit("error", { code: status.UNAUTHENTICATED, details: "authentication required" });
            // version_info 7, type_url t, nonce n: of the first request alone, the second acknowledges.
            else if (seen.length === 1) call.write(Buffer.from("\x0a\x017\x22\x01t\x2a\x01n", "latin1"));
          });
          call.on("end", () => {
            call.end();
          });
        },
      },
    );
    port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  });
  after(() => {
    server.forceShutdown();
  });
  beforeEach(() => {
    seen.length = 0;
  });

  const node = { id: "sidecar~10.0.0.1~web.dev~dev.svc.cluster.local", metadata: { LABELS: { app: "web" } } };

  it("says who it is, and acknowledges what comes", async () => {
    refuses = false;
    const connection = new XdsConnection(port, node);
    await connection.ask("t", ["first"]);
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    connection.close();
    const [asked = "", acknowledged = ""] = seen.map((one) => one.toString("latin1"));
    for (const text of [node.id, "LABELS", "app", "web", "first"]) assert.ok(asked.includes(text), text);
    assert.ok(acknowledged.startsWith("\x0a\x017"), "the version that it took");
    assert.ok(acknowledged.endsWith("\x2a\x01n"), "the answer that it acknowledges");
  });

  it("fails with the words of a control plane that refuses it", async () => {
    refuses = true;
    const connection = new XdsConnection(port, node);
    await assert.rejects(connection.ask("t"), /UNAUTHENTICATED: authentication required/);
    connection.close();
  });
});
