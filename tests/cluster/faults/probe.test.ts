import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { probe } from "../../../cluster/faults/probe";
import { closedPort } from "../../support/closedPort";

// One look each. How a drill goes on with it is shown by tests/e2e/faultsHelpers.test.ts; the ten seconds are not waited for.

const never = new AbortController().signal;

setFlagsFromString("--expose-gc");
const collectMemory = runInNewContext("gc") as () => void;

describe("a probe that is a command", () => {
  for (const [name, command, expected] of [
    ["that ends well is steady", "echo fine; echo warning >&2", undefined],
    ["that fails says it by its exit code", "exit 3", '"exit 3" ended with 3'],
    [
      "that fails says its last line",
      "echo a >&2; echo b >&2; exit 1",
      '"echo a >&2; echo b >&2; exit 1" ended with 1 b',
    ],
    ["that is killed says by what", "kill -TERM $$", '"kill -TERM $$" was ended by SIGTERM'],
    ["that is none fails", "exec /nowhere/none 2> /dev/null", '"exec /nowhere/none 2> /dev/null" ended with 127'],
    ["has nothing to read", 'test -z "$(cat)"', undefined],
  ] as const) {
    it(name, async () => {
      assert.equal(await probe(command, never), expected);
    });
  }

  it("that has credentials in it, or says some, is shown without them", async () => {
    assert.equal(
      await probe("echo no https://ann:S3CRET@db.example.com/x >&2; exit 1", never),
      '"echo no https://***@db.example.com/x >&2; exit 1" ended with 1 no https://***@db.example.com/x',
    );
    const text = (await probe("http://ann:S3CRET@127.0.0.1:9/health", never)) ?? "";
    assert.match(text, /^http:\/\/\*\*\*@127\.0\.0\.1:9\/health: /);
    assert.doesNotMatch(text, /S3CRET/);
  });

  it("that is silent is given up when its time is over", async () => {
    assert.match((await probe("sleep 1000", never, 1)) ?? "", /^"sleep 1000": no answer within \d+ s$/);
  });

  it("that is silent is given up also where memory is collected meanwhile", async () => {
    // Where its time were forgotten, the command would end by itself, and well.
    const probed = probe("sleep 3", never, 500);
    // Not in the turn in which the signal was made: there it is held.
    await setImmediate();
    collectMemory();
    assert.match((await probed) ?? "", /^"sleep 3": no answer within \d+ s$/);
  });

  it("that is stopped before it began is not begun", async () => {
    assert.equal(await probe("exit 0", AbortSignal.abort()), "stopped by hand");
  });

  it("ends with all that it started, also what it waits for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jam-istio-probe-"));
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const stop = new AbortController();
    // The pipe ends when the last one that writes to it is gone.
    const alive = createReadStream(pipe, "utf8");
    const probed = probe(`(echo begun; sleep 1000 & wait) > ${pipe}`, stop.signal);
    assert.equal((await once(alive, "data"))[0], "begun\n");
    stop.abort();
    assert.notEqual(await probed, undefined);
    if (!alive.readableEnded) await once(alive, "end");
    rmSync(folder, { recursive: true });
  });
});

describe("a probe that is a URL", () => {
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "/ok": (response) => response.end("fine"),
    "/none": (response) => response.writeHead(204).end(),
    "/moved": (response) => response.writeHead(302, { location: "/ok" }).end(),
    "/lost": (response) => response.writeHead(302, { location: "/gone" }).end(),
    "/gone": (response) => response.writeHead(404).end(),
    "/broken": (response) => response.writeHead(503).end(),
    "/endless": (response) => response.writeHead(200).write("begun"),
    "/dies": (response) => response.destroy(),
    "/silent": () => undefined,
  };
  const server = createServer((request, response) => answers[request.url ?? ""]?.(response));
  let root = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    root = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [path, said] of [
    ["/ok", undefined],
    ["/none", undefined],
    ["/moved", undefined],
    ["/endless", undefined],
    ["/gone", " answered 404"],
    ["/lost", " answered 404"],
    ["/broken", " answered 503"],
    ["/dies", ": other side closed"],
  ] as const) {
    it(`${path}: ${said === undefined ? "is steady" : said.replace(/^\W+/, "")}`, async () => {
      assert.equal(await probe(`${root}${path}`, never), said === undefined ? undefined : `${root}${path}${said}`);
    });
  }

  it("is known by its beginning, however it is written", async () => {
    assert.equal(await probe(`${root}/ok`.replace("http", "HTTP"), never), undefined);
  });

  it("where nobody listens says so", async () => {
    assert.match((await probe(await closedPort(), never)) ?? "", /^http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });

  it("that is silent is given up when its time is over, or it is stopped", async () => {
    const silent = `${root}/silent`;
    assert.match((await probe(silent, never, 1)) ?? "", /\/silent: no answer within \d+ s$/);
    const stop = new AbortController();
    const probed = probe(silent, stop.signal);
    await once(server, "request");
    stop.abort();
    assert.notEqual(await probed, undefined);
  });
});
