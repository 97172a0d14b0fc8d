import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { FaultObject } from "../../../mesh/faults/faultObjects";
import { reaperObjects, reaperScript } from "../../../mesh/faults/reaper";
import { placedAt, reaperPlace } from "../../../mesh/faults/reaperPlace";
import { run } from "../../../tools/run";
import { useApi } from "../../support/apiServer";

const pod = (container: string, image: string, more: object = {}, ready = true, phase = "Running"): V1Pod => ({
  spec: {
    containers: [
      { name: "app", image: "app:1" },
      { name: container, image },
    ],
    ...more,
  },
  status: { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});
const sidecar = (image: string, more: object = {}, ready = true) => pod("istio-proxy", image, more, ready);
const plane = (image: string) => pod("discovery", image);
const mirror = "0123.dkr.ecr.eu-central-1.amazonaws.com/istio/proxyv2:1.30.3";
const digest = `sha256:${"a".repeat(64)}`;

describe("the image of a reaper", () => {
  it("is that of a live sidecar as the node pulled it, registry, variant and digest, with what its pod needs for that", () => {
    const needs = {
      imagePullSecrets: [{ name: "mirror" }],
      nodeSelector: { pool: "apps" },
      tolerations: [{ key: "apps", operator: "Exists" }],
    };
    const image = `${mirror}-debug@${digest}`;
    assert.deepEqual(reaperPlace([sidecar(image, needs)], [plane("other/pilot:1.30.3")]), { image, ...needs });
  });

  it("is that of a native sidecar, too", () => {
    const native: V1Pod = {
      spec: { containers: [{ name: "app" }], initContainers: [{ name: "istio-proxy", image: mirror }] },
      status: { phase: "Running" },
    };
    assert.equal(reaperPlace([native], [])?.image, mirror);
  });

  it("is what most ready sidecars have: one that cannot be pulled is not ready", () => {
    const pods = [
      sidecar("gone/proxyv2:1.30.3", {}, false),
      sidecar("gone/proxyv2:1.30.3", {}, false),
      sidecar(mirror),
    ];
    assert.equal(reaperPlace(pods, [])?.image, mirror);
  });

  it("is none of a pod that has ended", () => {
    assert.equal(reaperPlace([pod("istio-proxy", mirror, {}, false, "Succeeded")], []), undefined);
  });

  it("is the control plane's own where no sidecar runs, or those have no shell", () => {
    const pilot = "mirror.example.com/pilot:1.30.3";
    assert.deepEqual(reaperPlace([pod("app2", "x:1")], [plane(pilot)]), { image: pilot });
    assert.deepEqual(reaperPlace([sidecar(`${mirror}-distroless`)], [plane(pilot)]), { image: pilot });
  });

  it("is the variant with a shell where all are distroless, and that is said", () => {
    const bare = `${mirror}-distroless@${digest}`;
    const place = reaperPlace([sidecar(bare)], [plane("mirror.example.com/pilot:1.30.3-distroless")]);
    assert.equal(place?.image, mirror);
    assert.match(
      place.note ?? "",
      /needs a shell and curl, and the sidecars run .*-distroless@sha256:a+, which has neither/,
    );
  });
});

const marks = { namespace: "dev701", drill: "dev701-0123abcd", start: "now", end: "2030-01-01T00:00:00.500Z" };
const names = ["fault-service-a-0123abcd", "fault-service-b-0123abcd"];

interface Job {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}
interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
}
const podOf = (objects: readonly FaultObject[]) => {
  const job = objects.find(({ kind }) => kind === "Job") as unknown as Job;
  return job.spec.template.spec;
};

describe("the objects of a reaper", () => {
  const objects = reaperObjects(marks, names, "planned:1");

  it("are none without faults", () => {
    assert.deepEqual(reaperObjects(marks, [], "planned:1"), []);
  });

  it("its Job is placed, its rights are not touched", () => {
    const placed = placedAt(objects, { image: mirror, imagePullSecrets: [{ name: "mirror" }] });
    assert.deepEqual(placed.slice(0, 3), objects.slice(0, 3));
    const [before, after] = [podOf(objects), podOf(placed)];
    const [container] = before.containers;
    assert.equal(container.image, "planned:1");
    const containers = [{ ...container, image: mirror }];
    assert.deepEqual(after, { ...before, imagePullSecrets: [{ name: "mirror" }], containers });
    assert.equal(placedAt(objects, undefined), objects);
  });
});

describe("the script of a reaper", () => {
  const api = useApi();
  const path = (name: string) => `DELETE /apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices/${name}`;
  const tried = (name: string) => `${path(name)}?dryRun=All`;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jam-istio-reaper-"));
    writeFileSync(join(folder, "token"), "secret-token");
    writeFileSync(join(folder, "ca.crt"), "");
    // Its clock, so that no machine is too slow: the time is over as soon as it is ready, or from the beginning.
    writeFileSync(
      join(folder, "date"),
      '#!/bin/sh\nif [ -e "$READY" ] || [ -e "$OVER" ]; then echo 100; else echo 0; fi\n',
    );
    chmodSync(join(folder, "date"), 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const isReady = () => existsSync(join(folder, "ready"));
  const start = () => {
    const [container] = podOf(reaperObjects(marks, names, "x")).containers;
    const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const PATH = `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
    const files = { ACCOUNT: folder, READY: join(folder, "ready"), OVER: join(folder, "over") };
    const env = { ...process.env, ...given, ...files, PATH, API: api.url, END: "100" };
    return run("/bin/sh", ["-c", reaperScript], { seconds: 60, env });
  };

  it("tries whether it may, is ready then, and deletes at the end", async () => {
    let readyAtEnd = false;
    api.answers = {
      [path(names[0] ?? "")]: () => {
        readyAtEnd = isReady();
        return {};
      },
      [tried(names[0] ?? "")]: () => (isReady() ? 500 : 404),
      [tried(names[1] ?? "")]: {},
    };
    const { code, stdout, stderr } = await start();
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${names[0] ?? ""}: HTTP 200\n${names[1] ?? ""}: HTTP 404\n`);
    assert.deepEqual(api.asked, [...names.map(tried), ...names.map(path)]);
    assert.ok(readyAtEnd);
  });

  it("is not ready where it may not, and says so; it tries until it may", async () => {
    let tries = 0;
    let readyAtRefusal = false;
    const refused = () => {
      readyAtRefusal ||= isReady();
      return ++tries < 2 ? 403 : 404;
    };
    api.answers = { [tried(names[0] ?? "")]: refused };
    const { code, stdout } = await start();
    assert.equal(code, 0);
    assert.equal(stdout.split("\n")[0], `${names[0] ?? ""} cannot be deleted: HTTP 403`);
    assert.deepEqual([tries, readyAtRefusal], [2, false]);
  });

  it("fails, so that its Job tries again, where one cannot be deleted; the others are", async () => {
    api.answers = { [path(names[0] ?? "")]: 500, [path(names[1] ?? "")]: {} };
    writeFileSync(join(folder, "over"), "");
    const { code, stdout } = await start();
    assert.equal(code, 1);
    assert.equal(stdout, `${names[0] ?? ""}: HTTP 500\n${names[1] ?? ""}: HTTP 200\n`);
    assert.ok(!isReady(), "its time was over before it began");
  });
});
