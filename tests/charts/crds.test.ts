/** What the gate reads from a release's manifest, and the definitions of 1.23, with the charts themselves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { repositoryUnder } from "../../charts/load";
import { crdRelease, inOrder, planReleases, type ReleasePlan } from "../../mesh/install/helmReleases";
import { systemNamespace } from "../../mesh/istio/names";
import { expectedObjects } from "../../mesh/upgrade/manifest";
import { parseManifest, type KubernetesObject } from "../../render/objects";
import type { Settings } from "../../settings/types";
import { mustRun } from "../../tools/run";
import { itNeeds, type Machine } from "../support/machine";
import { classicVersion, settingsOf, type Sections } from "../support/settings";

const on = { enabled: true };
const definitionKind = "CustomResourceDefinition";
const namesOf = (objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

/** The archive of a plan's chart. */
const archiveOf = ({ chart, version }: ReleasePlan, { layout }: Settings, { mirror }: Machine) =>
  join(repositoryUnder(mirror, { chart, version }, layout), `${chart}-${version}.tgz`);

/** What Helm records of a release: the templates with the program's values, without the folder `crds/`. */
async function manifestOf(plan: ReleasePlan, settings: Settings, machine: Machine): Promise<string> {
  const where = ["--namespace", systemNamespace, "--kube-version", settings.layout === "classic" ? "1.21.0" : "1.30.0"];
  const args = ["template", plan.name, archiveOf(plan, settings, machine), "--skip-crds", "--values", "-", ...where];
  return mustRun(machine.helm, args, { seconds: 120, input: JSON.stringify(plan.values) });
}

describe("definitions of chart base 1.23.6", () => {
  const settings = settingsOf({ istio: { version: "1.23.6" }, kiali: { enabled: false } });
  const plan = crdRelease(settings);

  itNeeds(
    ["mirror", "helm"],
    "are templates with the program's values: all that lie in its folder",
    async (machine) => {
      const folder = await mustRun(machine.helm, ["show", "crds", archiveOf(plan, settings, machine)], {
        seconds: 120,
      });
      const inFolder = namesOf(parseManifest(folder), definitionKind).sort();
      const rendered = namesOf(parseManifest(await manifestOf(plan, settings, machine)), definitionKind).sort();
      assert.ok(inFolder.includes("serviceentries.networking.istio.io"));
      assert.deepEqual(rendered, inFolder);
    },
  );

  itNeeds(["mirror", "helm"], "are none without those values, so the check can fail", async (machine) => {
    const bare = await manifestOf({ ...plan, values: {} }, settings, machine);
    assert.deepEqual(namesOf(parseManifest(bare), definitionKind), []);
  });
});

describe("what the gate expects of a release is what its chart brings", () => {
  const parts = { cni: on, ztunnel: on, gateway: on };
  const stacks: readonly (readonly [string, Sections])[] = [
    ["1.4.10", { istio: { version: "1.4.10" } }],
    ["1.5.10", { istio: { version: "1.5.10" } }],
    ["1.23.6 with node agent", { istio: { version: "1.23.6", cni: on }, kiali: { enabled: false } }],
    ["1.24.6 in ambient mode", { istio: { version: "1.24.6", cni: on, ztunnel: on }, kiali: { enabled: false } }],
    ["1.28.10 with all parts", { istio: { version: "1.28.10", ...parts } }],
    ["1.30.3 with all parts", { istio: { version: "1.30.3", ...parts } }],
    [
      "1.30.3 as a revision",
      { istio: { version: "1.30.3", revision: "canary" }, injection: "revision", kiali: { enabled: false } },
    ],
  ];
  for (const [title, sections] of stacks) {
    itNeeds(["mirror", "helm"], title, async (machine) => {
      const settings = settingsOf(sections);
      for (const plan of inOrder(planReleases(settings))) {
        const manifest = await manifestOf(plan, settings, machine);
        const objects = parseManifest(manifest);
        const { crds, ...workloads } = expectedObjects(manifest);
        assert.deepEqual(workloads, {
          deployments: namesOf(objects, "Deployment"),
          daemonSets: namesOf(objects, "DaemonSet"),
          jobs: namesOf(objects, "Job"),
        });
        // The classic layout has them inside ConfigMaps.
        if (settings.layout === "modern") assert.deepEqual(crds, namesOf(objects, definitionKind));
      }
    });
  }

  itNeeds(["mirror", "helm"], `${classicVersion}: the 23 definitions that its Jobs apply`, async (machine) => {
    const settings = settingsOf({ istio: { version: classicVersion } });
    const manifest = await manifestOf(crdRelease(settings), settings, machine);
    const inside = parseManifest(manifest)
      .filter(({ kind }) => kind === "ConfigMap")
      .flatMap((object) => Object.values((object as unknown as { data: Record<string, string> }).data))
      .flatMap((text) => namesOf(parseManifest(text), definitionKind));
    const { crds } = expectedObjects(manifest);
    assert.equal(crds.length, 23);
    assert.deepEqual([...crds].sort(), inside.sort());
  });
});
