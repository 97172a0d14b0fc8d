import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import type { ConfigChanges } from "../../mesh/proxyConfig/changes";
import { readFolder } from "../../rehearse/objects/folder";
import { objectsText, type ObjectsReport } from "../../rehearse/objects/text";
import { makeReport, reportText } from "../../rehearse/report";

const put = { created: { Service: 3, VirtualService: 2 }, there: [], refused: [], left: { Secret: 4 } };
const changes: ConfigChanges = {
  counts: { clusters: [3, 4], listeners: [2, 2], routes: [1, 1] },
  gone: [],
  come: [{ what: "clusters", name: "outbound|80|v2|web.shop.svc.cluster.local", object: "DestinationRule shop/web" }],
  changed: [
    {
      ...{ what: "routes", field: "virtual_hosts[].routes[].route.retry_policy.retry_on" },
      before: "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
      after: "connect-failure,refused-stream,unavailable,cancelled",
      places: ["80 web.shop.svc.cluster.local:80 default"],
      objects: ["VirtualService shop/web"],
    },
    {
      ...{ what: "clusters", field: "circuit_breakers.thresholds[].track_remaining", before: "true" },
      places: ["a", "b", "c", "d", "e"],
      objects: [],
    },
  ],
};
const report: ObjectsReport = {
  ...{ source: "the-context-of-a-cluster-with-a-long-name", denied: ["HTTPRoute"], put },
  comparison: {
    ...{ before: "1.30-20260423", after: "1.31-20260827", leftOut: 0 },
    proxies: [{ proxy: "sidecar of pod dev701/ct-webapp-5d4f", changes }],
  },
};

describe("what a rehearsal says of a real cluster's objects", () => {
  it("is at most 80 columns wide, and names the objects and what each change was", () => {
    const text = objectsText(report);
    assert.deepEqual(
      text.split("\n").filter((line) => line.length > 80),
      [],
    );
    const flat = text.replaceAll(/\s+/g, " ");
    assert.match(flat, /Objects of the-context-of-a-cluster-with-a-long-name: 3 Service, 2 VirtualService/);
    assert.match(flat, /left out: 4 Secret/);
    assert.match(flat, /may not be read: HTTPRoute/);
    assert.match(flat, /clusters 3 -> 4, listeners 2, routes 1/);
    assert.match(flat, /clusters that are new: .*v2.* made from DestinationRule shop\/web/);
    assert.match(flat, /retry_on: .*retriable-status-codes -> .*cancelled in 1: .* made from VirtualService shop\/web/);
    assert.match(flat, /track_remaining: true -> nothing in 5: a, b, c and 2 more/);
  });

  it("says why istiods are not compared, and how to get them", () => {
    const missing = ["no istiod of 1.30 is built: npm run lab -- build istiods"];
    const flat = objectsText({ ...report, comparison: { missing } }).replaceAll(/\s+/g, " ");
    assert.match(flat, /is not compared: no istiod of 1\.30 is built: npm run lab -- build istiods/);
  });

  it("is a part of the report, as text and as JSON", () => {
    const whole = makeReport("dev701", "1.34", [], report);
    assert.deepEqual(whole.objects, report);
    assert.match(reportText(whole, pc.createColors(false)), /istiod alone ran[^]*Objects of/);
    assert.match(reportText(makeReport("dev701", "1.34", []), pc.createColors(false)), /no program of Istio ran/);
  });
});

describe("objects in a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-objects-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n";

  it("are those of all YAML and JSON files, also in lists; of a Secret only that it is there", () => {
    mkdirSync(join(folder, "below"));
    writeFileSync(
      join(folder, "a.yaml"),
      `${service}---\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hidden}\n`,
    );
    const items = [{ metadata: { name: "gw" } }];
    const list = { apiVersion: "networking.istio.io/v1", kind: "GatewayList", items };
    writeFileSync(join(folder, "below", "b.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items: [list] }));
    writeFileSync(join(folder, "values.yaml"), "replicas: 2\n");
    writeFileSync(join(folder, "README.md"), "no: object");
    const objects = readFolder(folder);
    assert.deepEqual(
      objects.map(({ kind, metadata }) => [kind, metadata.name]),
      [
        ["Service", "web"],
        ["Secret", "s"],
        ["Gateway", "gw"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(objects), /hidden/);
  });

  it("a file that is no YAML is named", () => {
    writeFileSync(join(folder, "broken.yaml"), "a: [");
    assert.throws(() => readFolder(folder), /broken\.yaml: /);
  });
});
