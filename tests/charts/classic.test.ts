/** Charts istio-init and istio 1.4.6 with the program's values. That the images exist and run is not shown here. */
import assert from "node:assert/strict";
import { meshPlan } from "../../mesh/meshPlan";
import { render } from "../../render/render";
import { itNeeds } from "../support/machine";
import { imagesOf, objectIn, objectsOf, renderAll, textsOf, valuesOf } from "../support/rendering";
import { classicVersion, external, settingsOf } from "../support/settings";

const istio = { version: classicVersion };
const settings = (more: Record<string, unknown> = {}) => settingsOf({ istio: { ...istio, ...more }, ...external });
/** Images of others that the charts bring along; all the rest are Istio's. */
const foreign = /^(?:quay\.io\/kiali\/|docker\.io\/prom\/)/;
const own = (images: readonly unknown[]) => images.filter((image) => !foreign.test(String(image)));

describe(`chart istio ${classicVersion}`, () => {
  itNeeds(["mirror", "helm"], "brings Kiali, which mounts Secret kiali", async ({ mirror }) => {
    const rendered = await renderAll(settings(), mirror);
    const kiali = objectIn(objectsOf(rendered, "istio"), "Deployment", "kiali");
    const volumes = valuesOf(kiali, "volumes").flat() as { name: string; secret?: { secretName: string } }[];
    const volume = volumes.find(({ secret }) => secret?.secretName === "kiali");
    assert.ok(volume !== undefined, "no volume is Secret kiali");
    const mounts = valuesOf(kiali, "volumeMounts").flat() as { name: string; mountPath: string }[];
    assert.deepEqual(
      mounts.filter(({ name }) => name === volume.name).map(({ mountPath }) => mountPath),
      ["/kiali-secret"],
    );
    assert.ok(rendered.some((item) => item.kind === "object" && item.object.metadata.name === "kiali"));
  });

  itNeeds(["mirror", "helm"], "brings no Kiali when it is disabled", async ({ mirror }) => {
    const rendered = await renderAll(settingsOf({ istio, kiali: { enabled: false } }), mirror);
    assert.deepEqual(
      textsOf(rendered).filter(({ path }) => /kiali/i.test(path)),
      [],
    );
    assert.equal(
      imagesOf(objectsOf(rendered, "istio")).some((image) => image.includes("kiali")),
      false,
    );
  });

  itNeeds(["mirror", "helm"], "brings no ingress or egress gateway", async ({ mirror }) => {
    const objects = objectsOf(await renderAll(settings(), mirror), "istio");
    const gateways = objects.filter(
      ({ kind, metadata }) => kind === "Gateway" || /(?:in|e)gressgateway/.test(JSON.stringify(metadata)),
    );
    assert.deepEqual(gateways, []);
    const workloads = objects.filter(({ kind }) => ["Deployment", "Service", "HorizontalPodAutoscaler"].includes(kind));
    assert.ok(workloads.length >= 15);
    assert.deepEqual(
      workloads.filter(({ metadata }) => metadata.name.includes("gateway")),
      [],
    );
  });

  itNeeds(
    ["mirror", "helm"],
    "runs Istio's own images from docker.io/istio with the version as tag",
    async ({ mirror }) => {
      const objects = objectsOf(await renderAll(settings(), mirror), "istio");
      const images = own(imagesOf(objects));
      const names = ["citadel", "galley", "kubectl", "mixer", "pilot", "proxyv2", "sidecar_injector"];
      assert.deepEqual(
        [...new Set(images)],
        names.map((name) => `docker.io/istio/${name}:${classicVersion}`),
      );
    },
  );

  itNeeds(["mirror", "helm"], "injects sidecars of that hub and tag", async ({ mirror }) => {
    const objects = objectsOf(await renderAll(settings({ hub: "registry.example.com/mirror" }), mirror), "istio");
    const { data } = objectIn(objects, "ConfigMap", "istio-sidecar-injector") as unknown as {
      data: { values: string };
    };
    const { global } = JSON.parse(data.values) as { global: { hub: string; tag: string } };
    assert.deepEqual([global.hub, global.tag], ["registry.example.com/mirror", classicVersion]);
  });

  itNeeds(["mirror", "helm"], "uses a configured hub everywhere", async ({ mirror }) => {
    const rendered = await renderAll(settings({ hub: "registry.example.com/mirror" }), mirror);
    for (const release of ["istio-init", "istio"]) {
      const images = own(imagesOf(objectsOf(rendered, release)));
      assert.ok(images.length >= 3);
      assert.deepEqual(
        images.filter((image) => !String(image).startsWith("registry.example.com/mirror/")),
        [],
      );
    }
    const kiali = objectIn(objectsOf(rendered, "istio"), "Deployment", "kiali");
    assert.deepEqual(imagesOf([kiali]), ["registry.example.com/mirror/kiali:v1.9"]);
    assert.deepEqual(
      textsOf(rendered).filter(({ text }) => text.includes("docker.io/istio")),
      [],
    );
  });

  itNeeds(
    ["mirror", "helm"],
    "that cannot be rendered with the values is an error that names them and Helm's reason",
    async ({ mirror }) => {
      // This chart's gateways are beyond today's Helm.
      const wrong = settings({ values: { gateways: { enabled: true } } });
      await assert.rejects(
        render(meshPlan(wrong), mirror, () => undefined),
        /^Error: release istio: its chart cannot be rendered with these values \(istio\.values\): .*rolebindings\.yaml[^\n]*$/,
      );
    },
  );

  itNeeds(["mirror", "helm"], "gives each object of a chart's List as one of its own", async ({ mirror }) => {
    // With tracing the chart writes its Services as items of two objects of kind List.
    const rendered = await renderAll(settings({ values: { tracing: { enabled: true } } }), mirror);
    const objects = objectsOf(rendered, "istio");
    const services = objects.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name);
    const missing = ["jaeger-query", "jaeger-collector", "jaeger-agent", "zipkin", "tracing"].filter(
      (name) => !services.includes(name),
    );
    assert.deepEqual(missing, []);
    assert.ok(objects.every(({ kind }) => kind !== "List"));
  });
});

describe(`chart istio-init ${classicVersion}`, () => {
  for (const version of [classicVersion, "1.4.10"]) {
    itNeeds(["mirror", "helm"], `${version}: the Jobs carry the tag in name and image`, async ({ mirror }) => {
      const rendered = await renderAll(settingsOf({ istio: { version } }), mirror);
      const jobs = objectsOf(rendered, "istio-init").filter(({ kind }) => kind === "Job");
      assert.deepEqual(
        jobs.map(({ metadata }) => metadata.name).sort(),
        ["10", "11", "14"].map((part) => `istio-init-crd-${part}-${version}`),
      );
      for (const job of jobs) assert.deepEqual(imagesOf([job]), [`docker.io/istio/kubectl:${version}`]);
    });
  }

  itNeeds(["mirror", "helm"], "1.5.10: has Jobs of the tag, too", async ({ mirror }) => {
    const rendered = await renderAll(settingsOf({ istio: { version: "1.5.10" } }), mirror);
    const jobs = objectsOf(rendered, "istio-init").filter(({ kind }) => kind === "Job");
    assert.ok(jobs.length > 0);
    for (const job of jobs) {
      assert.ok(job.metadata.name.endsWith("-1.5.10"), job.metadata.name);
      assert.deepEqual(imagesOf([job]), ["docker.io/istio/kubectl:1.5.10"]);
    }
  });
});
