// The optional parts and the revision at their limits; the plain cases stand in rules.test.ts.
import { checkRows, checkValid, type Config } from "./config";
import { kubernetesName } from "./texts";

const on = { enabled: true };
const without = { kiali: { enabled: false } };
const stack = (version: string, istio: object = {}, more: Config = without): Config => ({
  istio: { version, ...istio },
  ...more,
});
const needs = (part: string, version: string) =>
  `istio.${part}.enabled: needs Istio ${version} or newer; set it to false`;
const ofOwner = (part: string) =>
  `istio.${part}.enabled: has no effect with istio.controlPlane: shared, where another stack owns the mesh; set it to false`;
const ambient = "istio.ztunnel.enabled: ambient mode needs the node agent: set istio.cni.enabled to true";
const nameTaken = (part: string, name: string) =>
  `istio.${part}.releaseName: "${name}" is the name of another release of the mesh; choose another`;
const noRevisions = "istio.revision: the classic layout has no revisions: remove it, and injection: revision";
const noRevision = "istio.revision: missing: injection: revision needs the name of the control plane's revision";
const notDefault =
  'istio.revision: "default" is Istio\'s own name for the control plane without a revision; choose another, such as the version: 1-30-3';

describe("settings: optional parts, from the versions that were tried", () => {
  checkRows([
    { name: "cni of 1.22", config: stack("1.22.8", { cni: on }), problems: [needs("cni", "1.23")] },
    {
      name: "ztunnel of 1.23, with the node agent",
      config: stack("1.23.6", { cni: on, ztunnel: on }),
      problems: [needs("ztunnel", "1.24")],
    },
    {
      name: "releases of one name",
      config: stack("1.30.3", {
        cni: { ...on, releaseName: "istiod" },
        ztunnel: on,
        gateway: { ...on, releaseName: "ztunnel" },
      }),
      problems: [nameTaken("cni", "istiod"), nameTaken("gateway", "ztunnel")],
    },
    { name: "gateway of 1.26", config: stack("1.26.8", { gateway: on }), problems: [needs("gateway", "1.27")] },
    {
      name: "all of them in the classic layout",
      config: stack("1.5.10", { cni: on, ztunnel: on, gateway: on }),
      problems: [needs("cni", "1.23"), needs("ztunnel", "1.24"), needs("gateway", "1.27")],
    },
    { name: "ztunnel without the node agent", config: stack("1.30.3", { ztunnel: on }), problems: [ambient] },
    {
      name: "all of them with another stack's control plane",
      config: stack("1.30.3", { controlPlane: "shared", cni: on, ztunnel: on, gateway: on }),
      problems: [ofOwner("cni"), ofOwner("ztunnel"), ofOwner("gateway")],
    },
    {
      name: "one that is too old and another stack's: both are said",
      config: stack("1.26.8", { controlPlane: "shared", gateway: on }),
      problems: [needs("gateway", "1.27"), ofOwner("gateway")],
    },
  ]);
  checkValid([
    { name: "cni of 1.23 is valid", config: stack("1.23.0", { cni: on }) },
    { name: "ztunnel of 1.24 is valid", config: stack("1.24.0", { cni: on, ztunnel: on }) },
    { name: "gateway of 1.27 is valid", config: stack("1.27.0", { gateway: on }) },
    { name: "all of a newer minor are valid", config: stack("1.40.0", { cni: on, ztunnel: on, gateway: on }) },
    { name: "parts that are off are valid anywhere", config: stack("1.4.6", { cni: { enabled: false } }) },
  ]);
});

describe("settings: the revision", () => {
  const byRevision = { ...without, injection: "revision" };
  checkRows([
    { name: "of the classic layout", config: stack("1.4.6", { revision: "canary" }), problems: [noRevisions] },
    { name: "asked for in the classic layout", config: stack("1.4.6", {}, byRevision), problems: [noRevisions] },
    { name: "asked for and missing", config: stack("1.30.3", {}, byRevision), problems: [noRevision] },
    {
      name: "under Istio's own name, also where it is asked for",
      config: stack("1.30.3", { revision: "default" }, byRevision),
      problems: [notDefault],
    },
    {
      name: "with signs that Kubernetes does not take",
      config: stack("1.30.3", { revision: "1.30.3" }),
      problems: [`istio.revision: "1.30.3" is not allowed. Allowed: ${kubernetesName}`],
    },
  ]);
  checkValid([
    { name: "of a managed control plane is valid", config: stack("1.30.3", { revision: "1-30-3" }, byRevision) },
    { name: "that the namespace does not use yet is valid", config: stack("1.30.3", { revision: "1-30-3" }) },
    {
      name: "with labels by hand is valid",
      config: stack("1.30.3", { revision: "1-30-3" }, { ...without, injection: "unmanaged" }),
    },
    {
      name: "with all parts is valid",
      config: stack("1.30.3", { revision: "1-30-3", cni: on, ztunnel: on, gateway: on }, byRevision),
    },
  ]);
});

describe("settings: the length of a revision", () => {
  const named = (length: number) => stack("1.30.3", { revision: "r".repeat(length) });
  checkValid([{ name: "46 characters, with istiod- 53", config: named(46) }]);
  checkRows([
    {
      name: "47 characters, which Helm refuses",
      config: named(47),
      problems: ["istio.revision: is too long: with istiod- before it Helm takes 53 characters, so at most 46"],
    },
  ]);
});

describe("settings: upgrade notes and compatibility profiles", () => {
  checkRows([
    {
      name: "a note that there is not",
      config: stack("1.30.3", { allow: ["upgrade:24-5"] }),
      problems: [
        'istio.allow[0]: "upgrade:24-5" is no upgrade note. The nearest is "upgrade:24-05"; docs/upgrade-notes.md has all',
      ],
    },
    {
      name: "a profile that the charts do not have any more",
      config: stack("1.30.3", { values: { compatibilityVersion: "1.24" } }),
      problems: [
        "istio.values: compatibilityVersion names a profile that the charts of 1.30 do not have; the oldest is 1.25",
      ],
    },
  ]);
  checkValid([
    { name: "a note that there is", config: stack("1.30.3", { allow: ["upgrade:24-05"] }) },
    { name: "a profile that is there", config: stack("1.30.3", { values: { compatibilityVersion: "1.25" } }) },
  ]);
});
