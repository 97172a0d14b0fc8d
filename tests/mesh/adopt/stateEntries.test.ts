// What enters a state has to be what the program registers: another URN would be another resource, made anew beside the first.
import assert from "node:assert/strict";
import { enteringResources, type Entering, type StateResource } from "../../../mesh/adopt/stateEntries";
import { meshPlan } from "../../../mesh/meshPlan";
import { record } from "../../../render/record";
import { settingsOf } from "../../support/settings";

const mysql = { external: true, externalHostName: "db.example.com" };
const from = { revision: 3, chart: "jam-istio", chartVersion: "0.1.0" };

const objectsOf = (namespace: string) => [
  { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name: "kiali", namespace: "istio-system" } },
  {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "ServiceEntry",
    metadata: { name: "mysql", namespace },
    spec: { hosts: ["old.example.com"] },
  },
];

async function entering(istio: object): Promise<{ entering: Entering; urns: ReadonlyMap<string, string> }> {
  const settings = settingsOf({ istio, mysql });
  const plan = meshPlan(settings);
  const { registrations } = await record(settings, plan);
  return {
    entering: {
      ...{ project: "jam-istio", stack: settings.stack, kubernetes: settings.kubernetes, providerId: "an-id" },
      releases: plan.releases.map(({ name, chart }) => ({ name, chart, from })),
      objects: objectsOf(settings.namespace),
    },
    urns: new Map(registrations.map(({ urn, parent }) => [urn, parent])),
  };
}

describe("what an adoption enters into a stack's state", () => {
  for (const [title, istio] of [
    ["classic", { version: "1.4.10", releaseName: "jam-istio" }],
    ["modern", { version: "1.30.3", releaseName: "mesh", cni: { enabled: true }, gateway: { enabled: true } }],
  ] as const) {
    it(`has the URNs and the parents that the program registers, ${title}`, async () => {
      const { entering: asked, urns } = await entering(istio);
      for (const { urn, parent, type } of enteringResources(asked, [])) {
        if (type === "pulumi:pulumi:Stack") continue;
        assert.ok(urns.has(urn), urn);
        if (!type.startsWith("pulumi:providers:") && !type.startsWith("jam-istio:"))
          assert.equal(urns.get(urn), parent);
      }
    });
  }

  it("knows each release's revision, and of objects nothing but who they are", async () => {
    const { entering: asked } = await entering({ version: "1.4.10", releaseName: "jam-istio" });
    const resources = enteringResources(asked, []);
    const find = (end: string) => resources.find(({ urn }) => urn.endsWith(end)) as Required<StateResource>;
    const { inputs, outputs, id } = find("::jam-istio");
    assert.equal(id, "istio-system/jam-istio");
    assert.deepEqual((outputs as { status: { revision: number } }).status.revision, 3);
    assert.deepEqual((inputs as { values: object }).values, {}, "old values may hold secrets");
    const entry = find("::external-mysql");
    assert.deepEqual(Object.keys(entry.inputs), ["apiVersion", "kind", "metadata"]);
    assert.deepEqual((entry.outputs as { __inputs: object }).__inputs, entry.inputs);
    const { inputs: login } = find("core/v1:Secret::kiali");
    assert.deepEqual(login, { ...asked.objects[0], metadata: { name: "kiali", namespace: "istio-system" } });
  });

  it("knows of a gateway which control plane's it is, by its revision", async () => {
    const { entering: asked } = await entering({ version: "1.30.3", revision: "stable", gateway: { enabled: true } });
    const releases = asked.releases.map((one) => ({ ...one, from: { ...from, meshRevision: "stable" } }));
    const gateway = enteringResources({ ...asked, releases }, []).find(({ id }) =>
      id?.endsWith("/istio-ingressgateway"),
    );
    assert.deepEqual((gateway?.inputs as { values: object }).values, { revision: "stable" });
  });

  it("is what the state lacks, with the provider that it has", async () => {
    const { entering: asked } = await entering({ version: "1.4.10", releaseName: "jam-istio" });
    const all = enteringResources(asked, []);
    assert.deepEqual(enteringResources(asked, all), [], "done again it enters nothing");
    const provider = all.find(({ type }) => type === "pulumi:providers:kubernetes") as StateResource;
    const rest = enteringResources(asked, [{ ...provider, id: "another-id" }]);
    assert.ok(rest.every((one) => one.provider === undefined || one.provider.endsWith("::another-id")));
  });

  it("leaves a release that Helm has yet to make to the update", async () => {
    const { entering: asked } = await entering({ version: "1.30.3" });
    const releases = asked.releases.map(({ name, chart }) => ({ name, chart }));
    const types = enteringResources({ ...asked, releases }, []).map(({ type }) => type);
    assert.ok(!types.includes("kubernetes:helm.sh/v3:Release"));
  });
});
