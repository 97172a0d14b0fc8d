// What else the gate finds, and that it comes into the verdict: what each rule says of it is tested by itself.
import assert from "node:assert/strict";
import { faultLabel } from "../../../mesh/faults/faultObjects";
import { crdOwner } from "../../../mesh/upgrade/crds";
import { judge } from "../../../mesh/upgrade/gate";
import type { JudgedMesh, ObservedMesh, Verdict } from "../../../mesh/upgrade/gateTypes";
import { bothKnown, found, healthy, known, now, record, wanted } from "./gateSupport";

const name = "gateways.networking.istio.io";
const foreign = {
  name,
  annotations: { "meta.helm.sh/release-name": "mesh", "meta.helm.sh/release-namespace": "infra" },
};
const missing = (release: string, gone: readonly string[], jobs: readonly string[] = []) => ({ release, gone, jobs });
const istiodGone = missing("istiod", ["Deployment istiod is gone"]);
const classic: Partial<JudgedMesh> = {
  layout: "classic",
  version: "1.5.10",
  releases: ["istio-init", "istio"],
  controlPlaneRelease: "istio",
  known: known(1, "istio-init", "istio"),
  allow: ["classic-minor", "end-of-life"],
};
const classicFound = { kubernetes: "1.16", records: [record("istio-init", 1), record("istio", 1)] };

interface Row {
  readonly title: string;
  readonly found: Partial<ObservedMesh> & { readonly running?: string };
  readonly wanted?: Partial<JudgedMesh>;
  readonly verdict?: Partial<Verdict>;
}

function check(rows: readonly Row[]): void {
  for (const { title, found: more, wanted: asked, verdict } of rows) {
    it(title, () => {
      const cluster = found({ records: healthy, running: "1.30.3", ...more });
      const expected = { refused: [], repairs: [], adopt: [], warnings: [], ...verdict };
      assert.deepEqual(judge(cluster, wanted({ ...bothKnown, ...asked }), now), expected);
    });
  }
}

describe("gate: what a release lacks", () => {
  const jobs = ["istio-init-crd-10-1.4.6"];
  const crd = (at: number) => `CustomResourceDefinition ${String(at)}.istio.io is gone`;
  const init = { ...classic, version: "1.4.6" };
  check([
    {
      title: "is repaired, and why is said",
      found: { missing: [istiodGone] },
      verdict: { repairs: [{ release: "istiod", secrets: [], jobs: [], why: "Deployment istiod is gone" }] },
    },
    {
      title: "three are named and the others counted",
      found: { missing: [missing("istio-base", [crd(1), crd(2), crd(3), crd(4), crd(5)])] },
      verdict: {
        repairs: [
          { release: "istio-base", secrets: [], jobs: [], why: `${[crd(1), crd(2), crd(3)].join(", ")} and 2 more` },
        ],
      },
    },
    {
      title: "classic: the Jobs that apply definitions are done once more",
      found: { ...classicFound, running: "1.4.6", missing: [missing("istio-init", [crd(1)], jobs)] },
      wanted: init,
      verdict: {
        repairs: [{ release: "istio-init", secrets: [], jobs, why: crd(1) }],
        warnings: ["Istio 1.4 is tested on Kubernetes 1.13 to 1.15, not on 1.16"],
      },
    },
    {
      title: "of a release that the settings do not name is none of ours",
      found: { missing: [missing("loki", ["x"])] },
    },
    {
      title: "of a release that the state does not know yet is left to the judgement of its records",
      found: { missing: [istiodGone], records: [] },
      wanted: { known: [], resumed: true },
    },
    {
      title: "is repaired once where the release is stale, too",
      found: {
        missing: [istiodGone],
        records: [...healthy, record("istiod", 2, { status: "pending-upgrade" })],
      },
      verdict: {
        repairs: [
          {
            release: "istiod",
            secrets: ["sh.helm.release.v1.istiod.v2"],
            why: "left pending-upgrade by an interrupted run 86400 s ago",
          },
        ],
      },
    },
    {
      title: "is its owner's affair where the control plane is shared",
      found: { missing: [istiodGone] },
      wanted: { controlPlane: "shared", releases: [] },
    },
  ]);
});

describe("gate: CRDs", () => {
  check([
    { title: "nobody's are adopted", found: { crds: [{ name }] }, verdict: { adopt: [name] } },
    { title: "ours stay as they are", found: { crds: [{ name, ...crdOwner }] } },
    {
      title: "another release's refuse",
      found: { crds: [foreign] },
      verdict: {
        refused: [`CRD ${name} belongs to Helm release mesh in infra: remove it there first`],
      },
    },
    {
      title: "are left alone where the control plane is shared",
      found: { crds: [{ name }, foreign] },
      wanted: { controlPlane: "shared", releases: [] },
    },
  ]);
});

describe("gate: what only a change of the version is judged by", () => {
  const step = "Istio 1.29.6 runs, 1.30.3 is wanted:";
  const lag =
    `${step} namespace dev701 has 1.28.10 (2 proxies), more than one minor behind 1.30.3. First roll it at 1.29.6: with ` +
    "rollout.namespaces, or kubectl rollout restart deployment,statefulset -n dev701; or acknowledge each workload with " +
    "istio.allow: [old-proxies:dev701/ps]";
  const proxies = { "dev701/ps": { "1.28.10": 2, "1.29.6": 5 } };
  const end = `kubectl delete virtualservices.networking.istio.io -n dev701 -l ${faultLabel}`;
  const webhook =
    "Istio 1.4.10 runs, 1.5.10 is wanted: the upgrade to 1.5 fails while the webhook that Galley 1.4 made is there. First: " +
    "kubectl delete validatingwebhookconfiguration istio-galley";
  check([
    {
      title: "active faults refuse it",
      found: { running: "1.29.6", faults: ["dev701"] },
      verdict: { refused: [`${step} faults are active in dev701. First end them: ${end}`] },
    },
    { title: "active faults refuse nothing else", found: { faults: ["dev701"] } },
    {
      title: "proxies that lag behind refuse it",
      found: { running: "1.29.6", proxies },
      verdict: { refused: [lag] },
    },
    { title: "proxies that lag behind refuse nothing else", found: { proxies } },
    {
      title: "proxies of the running version do not",
      found: { running: "1.29.6", proxies: { "dev701/ps": { "1.29.6": 7 } } },
    },
    {
      title: "Galley's webhook refuses 1.4 to 1.5",
      found: { ...classicFound, running: "1.4.10", galley: true },
      wanted: classic,
      verdict: { refused: [webhook] },
    },
    { title: "without it the way is open", found: { ...classicFound, running: "1.4.10" }, wanted: classic },
    {
      title: "all of them are said at once",
      found: { running: "1.29.6", proxies, faults: ["dev701"], crds: [foreign] },
      verdict: {
        refused: [
          lag,
          `${step} faults are active in dev701. First end them: ${end}`,
          `CRD ${name} belongs to Helm release mesh in infra: remove it there first`,
        ],
      },
    },
  ]);
});
