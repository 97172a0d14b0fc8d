import assert from "node:assert/strict";
import { readMarks, takeOffMarks } from "../../../cluster/moving/ownMarks";
import { packed, unpacked } from "../../../cluster/upgrade/helmRecords";
import { failure, list, refusal, useApi } from "../../support/apiServer";
import { settingsOf } from "../../support/settings";
import { record } from "../../mesh/upgrade/gateSupport";
import { helmSecret, paths } from "../support/objects";

// A record as Helm writes it, with what a second reading by JSON would change: a number that JavaScript does not have.
const json = (description: string) =>
  `{"name":"istiod","info":{"description":${JSON.stringify(description)},"status":"deployed"},` +
  `"chart":{"metadata":{"description":"jam-istio/dev701"}},"config":{"big":12345678901234567890}}`;
const secretOf = (description: string) => ({
  ...helmSecret(1, { payload: packed(json(description)) }),
  kind: "Secret",
});
const ours = record("istiod", 1, { description: "jam-istio/dev701" });
const one = `${paths.secrets}/sh.helm.release.v1.istiod.v1`;
const none = { annotated: false, noted: false };
const unmarked = { adopting: [], namespace: none };
const owner = settingsOf({ istio: { version: "1.30.3" } });

describe("the marks of a stack", () => {
  const api = useApi();
  const patches = () => api.asked.filter((line) => line.startsWith("PATCH "));

  it("are taken off a record without changing another letter of it", async () => {
    api.answers = { [`GET ${one}`]: secretOf("jam-istio/dev701"), [`PATCH ${one}`]: { kind: "Secret" } };
    await takeOffMarks(api.cluster, "dev701", [ours], unmarked);
    const [patch = ""] = patches();
    const { data } = JSON.parse(patch.slice(patch.indexOf("{"))) as { data: { release: string } };
    assert.equal(unpacked(data.release), json("Install complete"));
  });

  it("a record that is none stays as it is, and it is said", async () => {
    api.answers = { [`GET ${one}`]: secretOf("somebody else wrote it meanwhile") };
    const error = await refusal(takeOffMarks(api.cluster, "dev701", [ours], unmarked));
    assert.match(String(error), /sh\.helm\.release\.v1\.istiod\.v1 is none of Helm's records/);
    assert.deepEqual(patches(), []);
  });

  it("of the namespace: Pulumi's annotation and the note of ended drills", async () => {
    const note = "/api/v1/namespaces/dev701/configmaps/jam-istio-faults-off";
    api.answers = { "PATCH /api/v1/namespaces/dev701": { kind: "Namespace" }, [`DELETE ${note}`]: { kind: "Status" } };
    await takeOffMarks(api.cluster, "dev701", [], { adopting: [], namespace: { annotated: true, noted: true } });
    assert.deepEqual(api.asked, [
      'PATCH /api/v1/namespaces/dev701 {"metadata":{"annotations":{"pulumi.com/patchForce":null}}}',
      `DELETE ${note}`,
    ]);
  });

  it("of an adoption that was broken off: on the control plane's Deployment", async () => {
    const path = "/apis/apps/v1/namespaces/istio-system/deployments/istiod";
    api.answers = { [`PATCH ${path}`]: { kind: "Deployment" } };
    await takeOffMarks(api.cluster, "dev701", [], { ...unmarked, adopting: ["istiod"] });
    assert.deepEqual(api.asked, [`PATCH ${path} {"metadata":{"annotations":{"jam-istio/adopting":null}}}`]);
  });

  it("a stack that owns no istio-system needs no right to Secrets; a namespace that is gone has no marks", async () => {
    const marks = await readMarks(api.cluster, settingsOf({ istio: { version: "1.30.3", controlPlane: "shared" } }));
    assert.deepEqual([marks.records, marks.namespace], [[], none]);
    assert.ok(!api.asked.some((line) => line.includes("/secrets")));
  });

  it("what may not be read is no clean namespace", async () => {
    api.answers = { "GET /api/v1/namespaces/dev701": failure(403, "no"), [`GET ${paths.secrets}`]: list() };
    const error = await refusal(readMarks(api.cluster, owner));
    assert.ok(error instanceof Error && "code" in error && error.code === 403, String(error));
  });
});
