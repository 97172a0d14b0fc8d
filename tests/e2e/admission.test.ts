import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStack } from "../../cli/stack/stackFile";
import { faultObjectsOf } from "../../mesh/faults/allObjects";
import { meshPlan } from "../../mesh/meshPlan";
import { toYaml, type KubernetesObject } from "../../render/objects";
import { render, type Rendered } from "../../render/render";
import { external, settingsOf } from "../support/settings";
import { chartRoot, describeOnLab } from "./support/engine";
import { useLab } from "./support/lab";

// What a real API server says of every rendered object. It does not prove that Istio runs: nothing is started here.

const stacks = [
  { stack: "dev701", minor: "1.21" },
  { stack: "integration702", minor: "1.21" },
  { stack: "local700", minor: "1.34" },
];

const everyone = true;
const faultInjection = {
  enabled: true,
  expires: "2030-01-01T00:00:00Z",
  reaper: true,
  faults: [
    { type: "httpDelay", host: "web", prefix: "/auth", fixedDelay: "1m30s", percentage: 0.0001, everyone },
    { type: "httpAbort", host: "web", prefix: "/cart*", httpStatus: 599, sourceLabels: { app: "ps" } },
    { type: "tcpRedirect", host: "memcached", ports: [11211, 11212], sourceLabels: { app: "ps" } },
    { type: "externalHost", service: "mysql", everyone },
    { type: "externalHost", service: "bucket", everyone },
    { type: "externalHost", service: "mail", mode: "hang", sourceLabels: { app: "ps" } },
  ],
};

const objectsOf = (rendered: Rendered): readonly KubernetesObject[] =>
  rendered.flatMap((item) => (item.kind === "object" ? [item.object] : (item.release.objects ?? [])));

/** The definitions among the objects, and those that istio-init's Jobs apply from ConfigMaps. */
function definitions(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap((object) => {
    if (object.kind === "CustomResourceDefinition") return [toYaml(object)];
    const { data = {} } = object as KubernetesObject & { readonly data?: Readonly<Record<string, string>> };
    return object.kind === "ConfigMap" && object.metadata.name.startsWith("istio-crd-") ? Object.values(data) : [];
  });
}

for (const minor of new Set(stacks.map((one) => one.minor))) {
  describeOnLab(minor, "admission of every rendered object", () => {
    const lab = useLab(minor);
    const apply = async (text: string, ...flags: readonly string[]): Promise<string> => {
      const folder = mkdtempSync(join(tmpdir(), "jam-istio-admission-"));
      writeFileSync(join(folder, "objects.yaml"), text);
      // kubectl 1.21 knows validation only as on or off: it compares with the server's OpenAPI description by itself.
      const validate = minor === "1.21" ? "--validate=true" : "--validate=strict";
      const args = ["apply", "--server-side", validate, "-f", join(folder, "objects.yaml"), ...flags];
      return lab()
        .plane.kubectl(...args)
        .finally(() => {
          rmSync(folder, { recursive: true });
        });
    };

    before(async () => {
      // The shared stack's definitions are those of the stack that owns the mesh.
      const owner = stacks.find((one) => one.minor === minor)?.stack ?? "";
      const owned = objectsOf(await render(meshPlan(readStack(owner)), chartRoot(), () => undefined));
      for (const text of definitions(owned)) await apply(text);
      await lab().plane.kubectl("wait", "--for=condition=established", "--timeout=55s", "crd", "--all");
    });

    for (const { stack } of stacks.filter((one) => one.minor === minor)) {
      it(`${stack}: all of them`, async () => {
        const objects = objectsOf(await render(meshPlan(readStack(stack)), chartRoot(), () => undefined));
        for (const { kind, metadata } of objects) {
          if (kind === "Namespace") await lab().plane.kubectl("create", "namespace", metadata.name);
        }
        const said = await apply(objects.map(toYaml).join("---\n"), "--dry-run=server", "--force-conflicts");
        assert.equal(said.trim().split("\n").length, objects.length, said);
        assert.doesNotMatch(said, /unknown field|error/i);
      });
    }

    it("every kind of fault, and its reaper", async () => {
      const version = minor === "1.21" ? "1.4.6" : "1.30.3";
      const settings = settingsOf({ namespace: "default", istio: { version }, ...external, faultInjection });
      const objects = faultObjectsOf(meshPlan(settings), { start: new Date().toISOString() });
      const said = await apply(objects.map(toYaml).join("---\n"), "--dry-run=server");
      assert.equal(said.trim().split("\n").length, objects.length, said);
      assert.equal(objects.filter(({ kind }) => kind === "VirtualService").length, 6);
    });

    it("a wrong object is refused: the check would see one", async () => {
      const wrong = {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "x", namespace: "default" },
        spec: { ports: [{ port: 70000 }] },
      };
      await assert.rejects(apply(toYaml(wrong), "--dry-run=server"), /port|invalid/i);
    });

    it("a misspelled field is refused", async () => {
      const metadata = { name: "x", namespace: "default" };
      const objects = [
        { apiVersion: "v1", kind: "Service", metadata, spec: { prots: [{ port: 70 }] } },
        {
          apiVersion: "networking.istio.io/v1alpha3",
          kind: "ServiceEntry",
          metadata,
          spec: { hosts: ["db.example.com"], prots: [] },
        },
      ];
      // The classic definitions have no schema: of Istio's objects 1.21 takes any field.
      for (const object of objects.slice(0, minor === "1.21" ? 1 : 2))
        await assert.rejects(apply(toYaml(object), "--dry-run=server"), /prots/);
    });
  });
}
