/** Charts base, istiod and kiali-server with the program's values. That the images exist and run is not shown here. */
import { load } from "js-yaml";
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../render/objects";
import { itNeeds } from "../support/machine";
import { imagesOf, objectIn, objectsOf, renderAll, textsOf, valuesOf } from "../support/rendering";
import { external, modernVersion, settingsOf } from "../support/settings";

const settings = (istio: Record<string, unknown> = {}) =>
  settingsOf({ istio: { version: modernVersion, ...istio }, ...external });

interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly items?: readonly { key: string; path: string }[] };
}
interface Mount {
  readonly name: string;
  readonly mountPath: string;
}

/**
 * Where a Deployment mounts Secret kiali as an override, with the files that it sees there: all keys unless items are
 * named. The chart mounts the Secret a second time for the login of old, which nothing reads any more.
 */
function overridesFromKiali(deployment: KubernetesObject) {
  const volumes = valuesOf(deployment, "volumes").flat() as Volume[];
  const mounts = valuesOf(deployment, "volumeMounts").flat() as Mount[];
  return volumes
    .filter(({ secret }) => secret?.secretName === "kiali")
    .flatMap(({ name, secret }) =>
      mounts
        .filter((mount) => mount.name === name && mount.mountPath.startsWith("/kiali-override-secrets"))
        .map(({ mountPath }) => ({ mountPath, files: secret?.items?.map(({ path }) => path) ?? "all" })),
    );
}

function kialiConfig(objects: readonly KubernetesObject[]) {
  const { data } = objectIn(objects, "ConfigMap", "kiali") as unknown as { data: { "config.yaml": string } };
  return load(data["config.yaml"]) as {
    readonly auth: { readonly strategy: string };
    readonly login_token: { readonly signing_key: string };
  };
}

describe(`charts of Istio ${modernVersion}`, () => {
  itNeeds(["mirror", "helm"], "istiod runs the image of the version", async ({ mirror }) => {
    const objects = objectsOf(await renderAll(settings(), mirror), "istiod");
    const istiod = objectIn(objects, "Deployment", "istiod");
    const [image, ...others] = imagesOf([istiod]);
    assert.deepEqual(others, []);
    assert.match(image ?? "", new RegExp(`/pilot:${modernVersion.replaceAll(".", "\\.")}$`));
  });

  itNeeds(["mirror", "helm"], "istiod and its sidecars come from a configured hub", async ({ mirror }) => {
    const objects = objectsOf(await renderAll(settings({ hub: "registry.example.com/mirror" }), mirror), "istiod");
    const istiod = objectIn(objects, "Deployment", "istiod");
    assert.deepEqual(imagesOf([istiod]), [`registry.example.com/mirror/pilot:${modernVersion}`]);
    const { data } = objectIn(objects, "ConfigMap", "istio-sidecar-injector") as unknown as {
      data: { values: string };
    };
    const { global } = JSON.parse(data.values) as { global: { hub: string; tag: string } };
    assert.deepEqual([global.hub, global.tag], ["registry.example.com/mirror", modernVersion]);
  });

  itNeeds(["mirror", "helm"], "base brings the CRD of ServiceEntries", async ({ mirror }) => {
    const objects = objectsOf(await renderAll(settings(), mirror), "istio-base");
    const name = "serviceentries.networking.istio.io";
    assert.equal(objectIn(objects, "CustomResourceDefinition", name).metadata.name, name);
  });

  itNeeds(
    ["mirror", "helm"],
    "1.23, with the CRDs in a folder of their own: they are rendered, too",
    async ({ mirror }) => {
      const old = settingsOf({ istio: { version: "1.23.6", allow: ["end-of-life"] }, kiali: { enabled: false } });
      const objects = objectsOf(await renderAll(old, mirror), "istio-base");
      assert.equal(
        objectIn(objects, "CustomResourceDefinition", "serviceentries.networking.istio.io").kind,
        "CustomResourceDefinition",
      );
    },
  );
});

describe(`DNS capture in the chart of Istio ${modernVersion}`, () => {
  const metadata = async (istio: Record<string, unknown>, mirror: string) => {
    const objects = objectsOf(await renderAll(settings(istio), mirror), "istiod");
    const { data } = objectIn(objects, "ConfigMap", "istio") as unknown as { data: { mesh: string } };
    const mesh = load(data.mesh) as { readonly defaultConfig: { readonly proxyMetadata?: object } };
    return mesh.defaultConfig.proxyMetadata;
  };
  const captured = { ISTIO_META_DNS_CAPTURE: "true" };

  itNeeds(["mirror", "helm"], "reaches the mesh's configuration, beside that of ambient mode", async ({ mirror }) => {
    assert.deepEqual(await metadata({ dnsCapture: true }, mirror), captured);
    const on = { enabled: true };
    assert.deepEqual(await metadata({ dnsCapture: true, cni: on, ztunnel: on }, mirror), {
      ...captured,
      ISTIO_META_ENABLE_HBONE: "true",
    });
  });

  itNeeds(["mirror", "helm"], "is not there by default", async ({ mirror }) => {
    assert.equal(await metadata({}, mirror), undefined);
  });
});

describe("chart kiali-server", () => {
  itNeeds(
    ["mirror", "helm"],
    `2.26.0 (Istio ${modernVersion}): reads its signing key from Secret kiali`,
    async ({ mirror }) => {
      const objects = objectsOf(await renderAll(settings(), mirror), "kiali-server");
      const config = kialiConfig(objects);
      assert.equal(config.login_token.signing_key, "secret:kiali:value.txt");
      assert.equal(config.auth.strategy, "token");
      assert.deepEqual(overridesFromKiali(objectIn(objects, "Deployment", "kiali")), [
        { mountPath: "/kiali-override-secrets/login-token-signing-key", files: ["value.txt"] },
      ]);
      assert.deepEqual(imagesOf([objectIn(objects, "Deployment", "kiali")]), ["quay.io/kiali/kiali:v2.26.0"]);
    },
  );

  const versions = { "1.28.10": "2.17.0", "1.29.6": "2.21.0" };
  itNeeds(["mirror", "helm"], "its image comes from a mirror, its values from the settings", async ({ mirror }) => {
    const mirrored = settingsOf({
      istio: { version: modernVersion, hub: "registry.example.com/mirror" },
      kiali: { values: { deployment: { replicas: 2 } } },
    });
    const deployment = objectIn(objectsOf(await renderAll(mirrored, mirror), "kiali-server"), "Deployment", "kiali");
    assert.deepEqual(imagesOf([deployment]), ["registry.example.com/mirror/kiali:v2.26.0"]);
    assert.deepEqual(valuesOf(deployment, "replicas"), [2]);
  });

  for (const [version, kiali] of Object.entries(versions)) {
    itNeeds(
      ["mirror", "helm"],
      `${kiali} (Istio ${version}): mounts the key once, where Kiali looks`,
      async ({ mirror }) => {
        const objects = objectsOf(await renderAll(settings({ version }), mirror), "kiali-server");
        assert.equal(kialiConfig(objects).login_token.signing_key, "secret:kiali:value.txt");
        const deployment = objectIn(objects, "Deployment", "kiali");
        const [mount, ...others] = overridesFromKiali(deployment);
        assert.deepEqual(others, []);
        assert.equal(mount?.mountPath, "/kiali-override-secrets/login-token-signing-key");
        // Secret kiali has one key, so a mount of all keys shows the same file.
        assert.ok(mount.files === "all" || mount.files.includes("value.txt"));
        assert.deepEqual(imagesOf([deployment]), [`quay.io/kiali/kiali:v${kiali}`]);
      },
    );
  }

  itNeeds(["mirror", "helm"], "is not rendered when Kiali is disabled", async ({ mirror }) => {
    const sections = { istio: { version: modernVersion }, kiali: { enabled: false } };
    const rendered = await renderAll(settingsOf(sections), mirror);
    assert.deepEqual(
      textsOf(rendered).filter(({ path }) => /kiali/i.test(path)),
      [],
    );
  });
});
