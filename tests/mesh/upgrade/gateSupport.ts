import assert from "node:assert/strict";
import { judge } from "../../../mesh/upgrade/gate";
import type { HelmRevision, JudgedMesh, KnownRelease, ObservedMesh, Repair } from "../../../mesh/upgrade/gateTypes";
import { ownerMark } from "../../../mesh/upgrade/helmHistory";

/** The judged moment, in seconds since 1970. */
export const now = 1_800_000_000;

/** A Helm record, old and deployed by nobody we know, unless told otherwise. */
export function record(release: string, revision: number, more: Partial<HelmRevision> = {}): HelmRevision {
  return {
    release,
    revision,
    status: "deployed",
    modifiedAt: now - 86_400,
    description: "",
    chart: "",
    chartVersion: "",
    manifest: "",
    secret: `sh.helm.release.v1.${release}.v${String(revision)}`,
    ...more,
  };
}

/** Releases that the state knows at this revision. */
export const known = (revision: number, ...names: readonly string[]): readonly KnownRelease[] =>
  names.map((name) => ({ name, revision }));

/** A cluster with nothing in it that raises no warning; `running`: version of a control plane that is ready. */
export const found = ({
  running,
  ...more
}: Partial<ObservedMesh> & { readonly running?: string } = {}): ObservedMesh => ({
  kubernetes: "1.34",
  records: [],
  controlPlanes:
    running === undefined ? [] : [{ revision: "default", name: "istiod", declared: running, ready: [running] }],
  crds: [],
  missing: [],
  proxies: {},
  faults: [],
  galley: false,
  terminating: [],
  ...more,
});

/** Stack dev701 wants a modern mesh that its state does not know yet; no run of it ever got past the gate. */
export const wanted = (more: Partial<JudgedMesh> = {}): JudgedMesh => ({
  stack: "dev701",
  namespace: "dev701",
  layout: "modern",
  controlPlane: "managed",
  version: "1.30.3",
  injection: "enabled",
  controlPlaneRelease: "istiod",
  allow: [],
  releases: ["istio-base", "istiod"],
  known: [],
  resumed: false,
  timeoutSeconds: 900,
  ...more,
});

/** One row: Helm records, and what is said of them; by default nothing. */
export interface Row {
  readonly name: string;
  readonly records: readonly HelmRevision[];
  readonly wanted?: Partial<JudgedMesh>;
  readonly refused?: readonly string[];
  readonly repairs?: readonly Repair[];
}

/** Makes a test of each row. */
export function checkReleases(rows: readonly Row[]): void {
  for (const { name, records, wanted: more, refused = [], repairs = [] } of rows) {
    it(name, () => {
      assert.deepEqual(judge(found({ records }), wanted(more), now), { refused, repairs, adopt: [], warnings: [] });
    });
  }
}

/** The state knows both releases at their first revision. */
export const bothKnown = { known: known(1, "istio-base", "istiod") };

/** An earlier run of the stack got past the gate. */
export const resumed = { resumed: true, asked: ["istio-base", "istiod"] };

/** The first release, deployed by stack dev701. */
export const base = record("istio-base", 1, { description: ownerMark("dev701") });

/** Both releases, deployed by stack dev701. */
export const healthy = [base, record("istiod", 1, { description: ownerMark("dev701") })];

/** Name of a record of istiod. */
export const secret = (revision: number) => `sh.helm.release.v1.istiod.v${String(revision)}`;

const taken = "npx jam-istio adopt dev701 shows how it is taken over";

/** What is said of a release of somebody else. */
export const notOurs = (whose = "") =>
  `release istiod exists in istio-system and is not this stack's${whose}. ` +
  `Where another stack owns the mesh, set istio.controlPlane: shared${whose === "" ? `. Where it was installed in another way: ${taken}` : ""}`;

/** How a release is repaired that the state does not know. */
export const unknown = (status: string, ...revisions: number[]): Repair => ({
  release: "istiod",
  secrets: revisions.map(secret),
  why: `${status}, and unknown to the stack's state: an interrupted run left it`,
});
