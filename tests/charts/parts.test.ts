/** Charts cni, ztunnel and gateway, and base of 1.23, with the program's values. That the images run is not shown here. */
import assert from "node:assert/strict";
import { itNeeds } from "../support/machine";
import { imagesOf, objectIn, objectsOf, renderAll, valuesOf } from "../support/rendering";
import { settingsOf } from "../support/settings";

const on = { enabled: true };
const hasGateway = (version: string) => !version.startsWith("1.24.");
const settings = (version: string, istio: object) =>
  settingsOf({ istio: { version, revision: "canary", ...istio }, injection: "revision", kiali: { enabled: false } });

for (const version of ["1.24.6", "1.30.3"]) {
  describe(`charts of the optional parts, Istio ${version}`, () => {
    const tag = new RegExp(`:${version.replaceAll(".", "\\.")}(-distroless)?$`);
    const rendered = (mirror: string) =>
      renderAll(settings(version, { cni: on, ztunnel: on, ...(hasGateway(version) ? { gateway: on } : {}) }), mirror);

    itNeeds(
      ["mirror", "helm"],
      "node agent and ztunnel run the version's images, in ambient mode",
      async ({ mirror }) => {
        const all = await rendered(mirror);
        const agent = objectsOf(all, "istio-cni");
        for (const image of [...imagesOf(agent), ...imagesOf(objectsOf(all, "ztunnel"))]) assert.match(image, tag);
        const { data } = objectIn(agent, "ConfigMap", "istio-cni-config") as unknown as {
          data: Record<string, string>;
        };
        assert.equal(data["AMBIENT_ENABLED"], "true");
        const istiod = objectsOf(all, "istiod-canary");
        assert.ok(valuesOf(istiod, "name").includes("PILOT_ENABLE_AMBIENT"));
      },
    );

    if (hasGateway(version)) {
      itNeeds(["mirror", "helm"], "the gateway gets its proxy from the revision", async ({ mirror }) => {
        const objects = objectsOf(await rendered(mirror), "istio-ingressgateway");
        assert.ok(valuesOf(objectIn(objects, "Deployment", "istio-ingressgateway"), "istio.io/rev").includes("canary"));
      });
    }

    itNeeds(["mirror", "helm"], "ztunnel is connected to the revision", async ({ mirror }) => {
      const all = await rendered(mirror);
      const addresses = valuesOf(objectsOf(all, "ztunnel"), "value").filter((value) =>
        String(value).includes(":15012"),
      );
      assert.deepEqual([...new Set(addresses)], ["istiod-canary.istio-system.svc:15012"]);
    });

    itNeeds(["mirror", "helm"], "the revision's control plane validates", async ({ mirror }) => {
      const base = objectsOf(await rendered(mirror), "istio-base");
      const validator = objectIn(base, "ValidatingWebhookConfiguration", "istiod-default-validator");
      const [service] = valuesOf(validator, "service") as { name: string }[];
      assert.equal(service?.name, "istiod-canary");
    });
  });
}

describe("charts of the optional parts, from their first versions on", () => {
  const plain = (istio: Record<string, unknown>) => settingsOf({ istio, kiali: { enabled: false } });
  const injectorOf = async (istio: Record<string, unknown>, mirror: string) => {
    const objects = objectsOf(await renderAll(plain(istio), mirror), "istiod");
    const { data } = objectIn(objects, "ConfigMap", "istio-sidecar-injector") as unknown as {
      data: { values: string };
    };
    return JSON.parse(data.values) as { pilot?: { cni?: { enabled?: boolean } } };
  };

  for (const version of ["1.23.6", "1.24.6", "1.30.3"]) {
    itNeeds(["mirror", "helm"], `${version}: sidecars rely on the node agent where it is there`, async ({ mirror }) => {
      assert.equal((await injectorOf({ version, cni: on }, mirror)).pilot?.cni?.enabled, true);
      assert.notEqual((await injectorOf({ version }, mirror)).pilot?.cni?.enabled, true);
    });
  }

  itNeeds(["mirror", "helm"], "1.23.6: the node agent runs the image of version and hub", async ({ mirror }) => {
    const hub = "mirror.example.com/istio";
    const rendered = await renderAll(plain({ version: "1.23.6", hub, cni: on }), mirror);
    assert.deepEqual(imagesOf(objectsOf(rendered, "istio-cni")), [`${hub}/install-cni:1.23.6`]);
  });

  itNeeds(["mirror", "helm"], "1.24.6: ztunnel runs the image of version and hub", async ({ mirror }) => {
    const hub = "mirror.example.com/istio";
    const rendered = await renderAll(plain({ version: "1.24.6", hub, cni: on, ztunnel: on }), mirror);
    assert.deepEqual(imagesOf(objectsOf(rendered, "ztunnel")), [`${hub}/ztunnel:1.24.6`]);
  });

  itNeeds(["mirror", "helm"], "1.27.9: the gateway is made with the user's values", async ({ mirror }) => {
    const gateway = { enabled: true, values: { service: { type: "ClusterIP" } } };
    const objects = objectsOf(await renderAll(plain({ version: "1.27.9", gateway }), mirror), "istio-ingressgateway");
    const { spec } = objectIn(objects, "Service", "istio-ingressgateway") as unknown as { spec: { type: string } };
    assert.equal(spec.type, "ClusterIP");
    assert.deepEqual(imagesOf([objectIn(objects, "Deployment", "istio-ingressgateway")]), ["auto"]);
  });

  itNeeds(
    ["mirror", "helm"],
    "an upgrade changes the gateway's pod template, so its proxies change",
    async ({ mirror }) => {
      const templates = ["1.29.6", "1.30.3"].map(async (version) => {
        const objects = objectsOf(await renderAll(plain({ version, gateway: on }), mirror), "istio-ingressgateway");
        const deployment = objectIn(objects, "Deployment", "istio-ingressgateway");
        const [template] = valuesOf(deployment, "template") as { metadata: { labels: Record<string, string> } }[];
        return template?.metadata.labels["helm.sh/chart"];
      });
      assert.deepEqual(await Promise.all(templates), ["gateway-1.29.6", "gateway-1.30.3"]);
    },
  );
});
