// Helm values against the settings beside them. What looks like a credential: tests/mesh/install/plainCredentials.test.ts.
import assert from "node:assert/strict";
import { checkRows, checkValid, istio, problemsOf, type Config } from "./config";

const modern = (more: object, rest: Config = {}): Config => ({ istio: { version: "1.30.3", ...more }, ...rest });
const on = { enabled: true };
const otherTag = (key: string, found: string, version: string) =>
  `${key}: ${found} is not istio.version ${version}: the chart would run images that it was not made for. Leave it out and ` +
  "set istio.version, or acknowledge other-images in istio.allow";
const otherHub =
  "istio.values.global.hub: is not istio.hub, from which the mesh's other charts take their images: leave it out, or acknowledge " +
  "other-images in istio.allow";
const clear =
  "looks like a secret in clear: values stand in clear in Helm's record, in the stack's state and in what render writes. " +
  "Put it into a Kubernetes Secret in istio-system and give the chart that Secret's name; where it is none, or the chart " +
  "takes it in no other way, acknowledge plain-credentials in istio.allow";

const hub = "registry.example.com/istio";
const otherImages: Config = modern({
  hub,
  values: { global: { tag: "1.30.2", hub: "elsewhere.example.com" }, pilot: { tag: "1.29.6", hub } },
  cni: { ...on, values: { cni: { tag: "1.30.2-distroless" }, hub: "elsewhere.example.com" } },
  ztunnel: { ...on, values: { tag: "1.28.9" } },
});

describe("settings: images that values name", () => {
  checkRows([
    {
      name: "a tag of another version",
      config: istio({ values: { global: { tag: "1.4.9" } } }),
      problems: [otherTag("istio.values.global.tag", "1.4.9", "1.4.6")],
    },
    {
      name: "wherever the charts read one; what the registry is called is not said",
      config: otherImages,
      problems: [
        otherTag("istio.values.global.tag", "1.30.2", "1.30.3"),
        otherTag("istio.values.pilot.tag", "1.29.6", "1.30.3"),
        otherTag("istio.cni.values.cni.tag", "1.30.2", "1.30.3"),
        otherTag("istio.ztunnel.values.tag", "1.28.9", "1.30.3"),
        otherHub,
      ],
    },
    {
      name: "a whole image of another version",
      config: modern({ values: { pilot: { image: "registry.example.com/pilot:1.30.2" } } }),
      problems: [otherTag("istio.values.pilot.image", "1.30.2", "1.30.3")],
    },
  ]);
  checkValid([
    {
      name: "all of them are valid once acknowledged",
      config: { istio: { ...(otherImages["istio"] as object), allow: ["other-images"] } },
    },
    {
      name: "another build of the same version is valid",
      config: modern({
        values: { global: { tag: "1.30.3-distroless" }, pilot: { image: "reg.example.com/pilot:1.30.3" } },
      }),
    },
    { name: "a tag that is no version is a person's own", config: istio({ values: { global: { tag: "nightly" } } }) },
    {
      name: "the registry in the values alone is valid, and in both the same",
      config: modern({ hub, values: { global: { hub } } }),
    },
    { name: "a registry in the values alone is valid", config: modern({ values: { global: { hub } } }) },
    {
      name: "images of other programs have versions of their own",
      config: istio({
        values: { kiali: { tag: "v1.9" }, prometheus: { tag: "2.12.0" }, tracing: { jaeger: { tag: "1.1.4" } } },
      }),
    },
    {
      name: "the registry of a single image or a single chart is a person's own",
      config: modern({
        hub,
        values: { pilot: { hub: "a.example.com" } },
        cni: { ...on, values: { hub: "b.example.com" } },
      }),
    },
    { name: "maps of another kind are Helm's to judge", config: istio({ values: { global: null, pilot: 7 } }) },
  ]);
});

describe("settings: credentials in values", () => {
  const secrets: Config = modern(
    {
      values: { global: { tracer: { lightstep: { accessToken: "hunter2" } } } },
      cni: { ...on, values: { passphrase: "hunter2" } },
      ztunnel: { ...on, values: { env: { API_KEY: "hunter2" } } },
      gateway: { ...on, values: { upstream: "https://ann:hunter2@example.com" } },
    },
    { kiali: { values: { external_services: { grafana: { auth: { password: "hunter2" } } } } } },
  );
  checkRows([
    {
      name: "are refused in the values of every chart",
      config: secrets,
      problems: [
        `istio.values.global.tracer.lightstep.accessToken: ${clear}`,
        `istio.cni.values.passphrase: ${clear}`,
        `istio.ztunnel.values.env.API_KEY: ${clear}`,
        `istio.gateway.values.upstream: ${clear.replace("looks like a secret", "holds a URL with credentials")}`,
        `kiali.values.external_services.grafana.auth.password: ${clear}`,
      ],
    },
  ]);
  checkValid([
    {
      name: "are valid once acknowledged",
      config: { ...secrets, istio: { ...(secrets["istio"] as object), allow: ["plain-credentials"] } },
    },
  ]);

  it("and are never shown", () => {
    assert.doesNotMatch(problemsOf(secrets).join("\n"), /hunter2/);
  });
});
