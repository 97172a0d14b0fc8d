import assert from "node:assert/strict";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readNoteEvidence } from "../../cluster/upgrade/noteEvidence";
import type { Evidence } from "../../mesh/upgradeNotes/judge";
import { kindNames, type Kind } from "../../mesh/upgradeNotes/kinds";
import { isReadable, proofOf, type ReadableNote } from "../../mesh/upgradeNotes/note";
import { allNotes } from "../../mesh/upgradeNotes/rows";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { fixtures } from "../mesh/upgradeNotes/fixtures";
import { chartRoot, describeOnLab } from "./support/engine";
import { useLab } from "./support/lab";
import { createAll, createCrds, createEach, say } from "./support/notes/create";
import { alone, waves, type Case } from "./support/notes/placed";
import { sample, workloads } from "./support/notes/sample";
import { until } from "./support/until";

// The fixtures of the unit tests as objects of a real API server, read as the gate and precheck read them. That Istio behaves as a
// note says is its source's word.

const version = "1.30.3";
const step = { from: "1.0.0", to: "1.99.0" };
const kinds = Object.keys(kindNames) as readonly Kind[];
const shown = allNotes.filter(isReadable).filter((row) => proofOf(row) !== "source");

const cases: readonly Case[] = shown.flatMap(({ id }) => {
  const { hit = {}, miss = {} } = fixtures[id] ?? {};
  return [
    { id, side: "hit" as const, some: hit },
    { id, side: "miss" as const, some: miss },
  ];
});

/** Of a clean install these are no mistakes: its sidecars are what they are about. */
const trueOfAnyMesh: readonly string[] = ["25-p1"];

describeOnLab("1.34", "upgrade notes", () => {
  const lab = useLab("1.34");
  let cluster: Cluster;
  let clean: Evidence;
  let refused: readonly string[];
  /** What was read when a fixture's objects were there. */
  const read = new Map<Case, Evidence>();

  const helm = async (name: string, chart: string, ...values: readonly string[]) => {
    const archive = `${chartRoot() ?? ""}/istio-release/charts/${chart}-${version}.tgz`;
    const place = ["-n", "istio-system", "--create-namespace", "--kubeconfig", lab().plane.kubeconfig];
    await mustRun(await findHelm(() => undefined), ["install", name, archive, ...place, ...values], { seconds: 120 });
  };

  before("a clean install, and a sample application", async () => {
    cluster = await connect({ kubeconfig: lab().plane.kubeconfig });
    await helm("istio-base", "base");
    const hub = ["--set", "global.hub=docker.io/istio"];
    await Promise.all([createCrds(cluster), helm("istiod", "istiod", ...hub)]);
    const { kubectl } = lab().plane;
    const available = (name: string) =>
      kubectl("wait", `deploy/${name}`, "-n", "istio-system", "--for=condition=Available", "--timeout=55s");
    await available("istiod");
    // Its image is the injector's, which is there by now.
    await helm("istio-ingressgateway", "gateway", ...hub);
    await available("istio-ingressgateway");
    await createEach(cluster, sample);
    await until("the sample has its sidecars", async () => {
      // As a container, or as an init container that goes on.
      const images =
        "jsonpath={range .items[*]}{.spec['containers','initContainers'][*].image} {.status.phase}{'\\n'}{end}";
      const lines = (await kubectl("get", "pods", "-n", "shop", "-o", images)).trim().split("\n");
      return lines.length === workloads && lines.every((line) => /proxyv2:1\.30\.3.*Running/.test(line));
    });
    clean = await readNoteEvidence(cluster, kinds);
  });

  before("the objects of all fixtures", async () => {
    // The lab's stand-in for Istio's validation takes everything, and its time for each object.
    await lab().plane.kubectl("delete", "validatingwebhookconfigurations", "--all");
    refused = await createAll(cluster, cases);
    const [first = [], ...more] = waves(cases);
    await say(cluster, first);
    const evidence = await readNoteEvidence(cluster, kinds);
    for (const one of first) read.set(one, evidence);
    for (const wave of more) {
      await say(cluster, wave);
      const { objects } = await readNoteEvidence(cluster, ["crds", "cacerts"]);
      const { crds, cacerts } = objects;
      for (const one of wave) read.set(one, { ...evidence, objects: { ...evidence.objects, crds, cacerts } });
    }
  });

  it("the API server takes the objects of every fixture, and all of them are read", () => {
    assert.deepEqual(refused, []);
    assert.deepEqual(clean.unseen, {});
  });

  it("a clean install with a sample application has none of what the notes are about", () => {
    const found = shown.flatMap((row) => row.find(clean.objects, step).map((hit) => ({ id: row.id, ...hit })));
    assert.deepEqual(
      found.filter(({ id }) => !trueOfAnyMesh.includes(id)),
      [],
    );
  });

  const found = (row: ReadableNote, side: Case["side"]) => {
    const one = cases.find(({ id, side: is }) => id === row.id && is === side);
    const evidence = one && read.get(one);
    assert.ok(evidence, `${row.id}: nothing was read`);
    return row.find(alone(evidence, one), { ...step, ...fixtures[row.id]?.asked });
  };

  for (const row of shown) {
    it(`${row.id} finds what it is about, and leaves what is near`, () => {
      const [first] = found(row, "hit");
      assert.match(first?.says ?? "nothing", fixtures[row.id]?.says ?? /^$/);
      assert.deepEqual(found(row, "miss"), []);
    });
  }
});
