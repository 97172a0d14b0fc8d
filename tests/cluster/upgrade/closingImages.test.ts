import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { readClosingImages } from "../../../cluster/upgrade/closingImages";
import { closingRegistries } from "../../../mesh/istio/releases";
import { list, refusal, useApi } from "../../support/apiServer";
import { paths, pod } from "../support/objects";

// Which namespaces are read; which registries close is data of mesh/istio/releases.ts.

const image = `${closingRegistries[0]}/proxyv2:1.20.0`;
const inNamespace = (name: string, namespace: string) => pod(name, { namespace, images: { "istio-proxy": image } });
const at = (namespace: string) => `GET ${paths.pods(namespace)}`;

describe("images from registries that close", () => {
  const api = useApi();

  it("are looked for in istio-system and the stack's namespaces, each once", async () => {
    api.answers = {
      [at("istio-system")]: list(inNamespace("a", "istio-system"), pod("b", { namespace: "istio-system" })),
      [at("dev701")]: list(inNamespace("c", "dev701"), inNamespace("d", "dev701")),
    };
    assert.deepEqual(await readClosingImages(api.cluster, ["dev701", "istio-system", "dev701"]), [
      { namespace: "dev701", image, pods: 2 },
      { namespace: "istio-system", image, pods: 1 },
    ]);
    assert.deepEqual([...api.asked].sort(), [at("dev701"), at("istio-system")]);
  });

  for (const code of [403, 404]) {
    it(`a namespace that says ${String(code)} is left out, and the rest is told`, async () => {
      api.answers = { [at("istio-system")]: code, [at("dev701")]: list(inNamespace("c", "dev701")) };
      assert.deepEqual(await readClosingImages(api.cluster, ["dev701"]), [{ namespace: "dev701", image, pods: 1 }]);
    });
  }

  it("a server that fails is an error", async () => {
    api.answers = { [at("istio-system")]: list(), [at("dev701")]: 500 };
    assert.equal(reasonOf(await refusal(readClosingImages(api.cluster, ["dev701"]))), "HTTP 500");
  });
});
