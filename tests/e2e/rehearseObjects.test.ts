import assert from "node:assert/strict";
import { dump } from "js-yaml";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../cluster/client/kubernetesClient";
import { istiodMissing } from "../../lab/istiods/programs";
import type { Report } from "../../rehearse/report";
import { cacheFolder, findHelm } from "../../tools/helm";
import { mustRun, run } from "../../tools/run";
import { chartRoot, describeOn, repository } from "./support/engine";
import { apply, useLab } from "./support/lab";
import { until } from "./support/until";
import { withRelease } from "./support/rcCharts";
import { createCrds } from "./support/notes/create";

// An upgrade is rehearsed with the objects of another cluster, which is read as a person's is, and then with those of a folder.

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const of = (apiVersion: string, kind: string, name: string, more: object) => ({
  ...{ apiVersion, kind, metadata: { name, namespace: "shop" } },
  ...more,
});
const networking = "networking.istio.io/v1";
const service = of("v1", "Service", "web", { spec: { ports: [{ port: 80, name: "http" }], selector: { app: "web" } } });
/** Note 31-10: 1.31 takes the TLS mode of the whole rule for the subset. */
const rule = of(networking, "DestinationRule", "web", {
  spec: {
    host: "web",
    trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
    subsets: [{ name: "v1", labels: { version: "v1" }, trafficPolicy: { loadBalancer: { simple: "RANDOM" } } }],
  },
});
/** Note 31-p1 is of a later patch; 30-p2 of an earlier one: nothing of this step. */
const routes = of(networking, "VirtualService", "web", {
  spec: { hosts: ["web"], http: [{ route: [{ destination: { host: "web", subset: "v1" } }] }] },
});
const gateway = of(networking, "Gateway", "edge", {
  spec: {
    selector: { istio: "edge" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  },
});
const httpRoute = of("gateway.networking.k8s.io/v1", "HTTPRoute", "web", {
  spec: { rules: [{ backendRefs: [{ name: "web", port: 80 }] }] },
});
const secret = of("v1", "Secret", "login", { stringData: { password: "not-to-be-seen" } });

describeOn("1.34", "an upgrade rehearsed with the objects of a real cluster", () => {
  const lab = useLab("1.34");
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-objects-"));
  let context = "";
  let charts = "";
  const command = (...args: readonly string[]) =>
    run(process.execPath, [join(repository, "bin", "jam-istio.js"), ...args], {
      seconds: 1800,
      cwd: folder,
      env: {
        ...process.env,
        ...{ JAM_ISTIO_CHARTS: charts, JAM_ISTIO_CACHE: cacheFolder(), KUBECONFIG: lab().kubeconfig },
      },
    });
  const configure = (version: string) => {
    const config = { "jam-istio:istio": { version, timeoutSeconds: 180 }, "jam-istio:kiali": { enabled: false } };
    writeFileSync(join(folder, "Pulumi.local700.yaml"), dump({ config }));
  };
  const rehearse = async (source: string) => {
    const args = ["rehearse", "local700", "--json", "--to-version", "1.31.0", "--with-objects", source];
    const { code, stdout, stderr } = await command(...args);
    assert.equal(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /not-to-be-seen/);
    return JSON.parse(stdout) as Report;
  };

  before("a cluster with a mesh's objects", async () => {
    charts = await withRelease("1.31.0-rc.0");
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    const archive = `${chartRoot() ?? ""}/istio-release/charts/base-1.30.3.tgz`;
    const place = ["-n", "istio-system", "--create-namespace", "--kubeconfig", lab().plane.kubeconfig];
    await mustRun(await findHelm(() => undefined), ["install", "istio-base", archive, ...place], { seconds: 120 });
    await lab().plane.kubectl("delete", "validatingwebhookconfigurations", "--all");
    const cluster = await connect({ kubeconfig: lab().kubeconfig });
    context = cluster.context;
    await createCrds(cluster);
    // The API server offers a kind a moment after its definition is there.
    const objects = [namespace, service, rule, routes, gateway, httpRoute, secret];
    await until("the kinds are offered", () => apply(lab(), ...objects).then(() => true));
  });
  after(() => {
    for (const one of [folder, charts]) if (one !== "") rmSync(one, { recursive: true });
  });

  describe("of a context", () => {
    let report: Report;
    before(async () => {
      configure("1.30.3");
      report = await rehearse(context);
    });

    it("brings the mesh's objects with their CRDs, and reads no Secret", () => {
      const { created, refused, left } = report.objects?.put ?? assert.fail();
      assert.deepEqual(refused, []);
      for (const kind of ["Service", "DestinationRule", "VirtualService", "Gateway", "HTTPRoute"])
        assert.ok((created[kind] ?? 0) > 0, `no ${kind}`);
      assert.ok((created["CustomResourceDefinition"] ?? 0) > 0);
      assert.equal(created["Secret"], undefined);
      assert.equal(left["Secret"], undefined, "they are not even listed");
    });

    it("the gate of the upgrade names them as a preview does", () => {
      const [, upgrade] = report.phases;
      assert.equal(upgrade?.name, "upgrade to 1.31.0");
      const note = upgrade.notes.find((line) => line.includes("31-10"));
      assert.match(note ?? "", /upgrade note 31-10: .* Here: DestinationRule shop\/web /s);
    });

    const missing = ["1.30.3", "1.31.0"].map(istiodMissing).find((reason) => reason !== undefined);
    if (missing !== undefined) it(`what istiods of both minors make of them (pending: ${missing})`);
    else
      it("istiods of both minors are asked, and what changes for a Service of the cluster is named", () => {
        const comparison = report.objects?.comparison ?? assert.fail();
        if ("missing" in comparison) assert.fail(comparison.missing.join());
        assert.match(`${comparison.before} ${comparison.after}`, /^1\.30-\d+ 1\.31-\d+$/);
        assert.deepEqual(
          comparison.proxies.map(({ proxy }) => proxy.replace(/\/.*/, "")),
          ["sidecar of pod local700", "gateway of namespace shop with istio=edge"],
        );
        // Note 31-03: endpoints that are not ready are sent, and never called for want of others.
        const panic = comparison.proxies[0]?.changes.changed.filter(({ field, after = "" }) =>
          `${field} ${after}`.includes("healthy_panic_threshold"),
        );
        const places = panic?.flatMap((change) => change.places) ?? [];
        assert.ok(
          places.some((place) => place.startsWith("outbound|80||web.shop.")),
          places.join(),
        );
      });
  });

  it("of a folder: Secrets are counted and nothing of them is said, and a minor that cannot be built is named", async () => {
    mkdirSync(join(folder, "manifests"));
    writeFileSync(
      join(folder, "manifests", "all.yaml"),
      [namespace, service, rule, secret].map((object) => dump(object)).join("---\n"),
    );
    configure("1.29.6");
    const { code, stdout, stderr } = await command(
      ...["rehearse", "local700", "--to-version", "1.30.3", "--with-objects", "manifests"],
    );
    assert.equal(code, 0, stdout + stderr);
    const flat = stdout.replaceAll(/\s+/g, " ");
    assert.match(flat, /Objects of manifests: 1 Namespace, 1 Service, 1 DestinationRule/);
    assert.match(flat, /left out: 1 Secret/);
    assert.match(flat, /is not compared: the lab has no istiod of 1\.29; it can build those of 1\.21, 1\.30, 1\.31/);
    assert.doesNotMatch(stdout + stderr, /not-to-be-seen/);
  });

  it("a source that is none, and one without an upgrade, are said in one line before anything starts", async () => {
    configure("1.29.6");
    const none = await command("rehearse", "local700", "--to-version", "1.30.3", "--with-objects", "nowhere");
    assert.equal(none.code, 1);
    assert.match(
      none.stderr,
      /^error: --with-objects: there is no folder nowhere, and the cluster cannot be read: .*\n$/,
    );
    for (const [source, what] of [
      ["Pulumi.local700.yaml", "Pulumi.local700.yaml is no folder"],
      ["", "--with-objects is empty"],
    ] as const) {
      const { stderr } = await command("rehearse", "local700", "--to-version", "1.30.3", "--with-objects", source);
      assert.ok(stderr.includes(`${what}. Allowed: a context of the kubeconfig, or a folder of manifests`), stderr);
    }
    const without = await command("rehearse", "local700", "--with-objects", "manifests");
    assert.match(
      without.stderr,
      /^error: --with-objects is about an upgrade: say to which version with --to-version\n$/,
    );
  });
});
