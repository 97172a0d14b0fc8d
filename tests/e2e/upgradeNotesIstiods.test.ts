import assert from "node:assert/strict";
import { connect } from "../../cluster/client/kubernetesClient";
import { istiodMissing } from "../../lab/istiods/programs";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { chartRoot, describeWith, labMissing } from "./support/engine";
import { apply, useLab } from "./support/lab";
import { createCrds } from "./support/notes/create";
import { istiodCases } from "./support/notes/istiods/cases";
import { askAll, createCases, keyOf, type Said } from "./support/notes/istiods/run";

/** GatewayClass, of which no note reads anything, and which istiod waits for where there are Gateways. */
const gatewayClasses = {
  ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
  metadata: {
    name: "gatewayclasses.gateway.networking.k8s.io",
    annotations: {
      "api-approved.kubernetes.io": "unapproved, for a test",
      "gateway.networking.k8s.io/bundle-version": "v1.5.1",
      "gateway.networking.k8s.io/channel": "experimental",
    },
  },
  spec: {
    ...{ group: "gateway.networking.k8s.io", scope: "Cluster" },
    names: { kind: "GatewayClass", listKind: "GatewayClassList", plural: "gatewayclasses", singular: "gatewayclass" },
    versions: [
      {
        ...{ name: "v1", served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

// Upgrade notes by what real istiods of two minors send to a proxy, for the same objects of one API server.

const missing = [...new Set(istiodCases.flatMap(({ from, to = "1.31" }) => [from, to]))]
  .map((minor) => istiodMissing(`${minor}.0`))
  .find((reason) => reason !== undefined);

describeWith(missing ?? labMissing("1.34"), "upgrade notes, by real istiods of two minors", () => {
  const lab = useLab("1.34");
  let said: Said;

  before("the CRDs, and the objects of all cases", async () => {
    const { kubeconfig } = lab().plane;
    const archive = `${chartRoot() ?? ""}/istio-release/charts/base-1.31.0-rc.0.tgz`;
    const place = ["-n", "istio-system", "--create-namespace", "--kubeconfig", kubeconfig];
    await mustRun(await findHelm(() => undefined), ["install", "istio-base", archive, ...place], { seconds: 120 });
    const cluster = await connect({ kubeconfig });
    await createCrds(cluster);
    await apply(lab(), gatewayClasses);
    // Nobody answers for istiod here.
    await lab().plane.kubectl("delete", "validatingwebhookconfigurations", "--all");
    assert.deepEqual(await createCases(cluster, istiodCases), []);
    said = await askAll(cluster, kubeconfig, istiodCases);
  });

  for (const row of istiodCases) {
    const { id, from, to = "1.31", before, after, same } = row;
    it(`${id}: ${from} and ${to} differ as the note says, and agree on what is near`, () => {
      const of = (side: "hit" | "miss") => [from, to].map((minor) => said.get(keyOf(row, side, minor)));
      assert.deepEqual({ hit: of("hit"), miss: of("miss") }, { hit: [before, after], miss: [same, same] });
    });
  }
});
