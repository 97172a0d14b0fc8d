import * as semver from "semver";
import { isVersion, type ControlPlane } from "../../../istio/controlPlanes";
import { judgeKubernetes } from "../../../istio/kubernetesSupport";
import { systemNamespace } from "../../../istio/names";
import { proxyVersion } from "../../../istio/proxies";
import { minorData, minorOf } from "../../../istio/releases";
import { concerns, isOfBadPatches } from "../../../upgradeNotes/note";
import { allNotes } from "../../../upgradeNotes/rows";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { injects } from "../../hosts";
import { crdTrouble } from "../../versions";

const objectOf = ({ name }: ControlPlane) => `Deployment ${systemNamespace}/${name}`;

/** Of texts that name a patch each, the one of the newest. */
const furthest = (texts: readonly string[]) =>
  [...texts].sort((a, b) => semver.compare(semver.coerce(a) ?? "0.0.0", semver.coerce(b) ?? "0.0.0")).at(-1) ?? "";

function judgeVersion(plane: ControlPlane, { kubernetes, wanted, layout }: Evidence): readonly Hit[] {
  const version = plane.ready[0] ?? plane.declared;
  if (!isVersion(version)) return [];
  const about = { object: objectOf(plane) };
  const allow = wanted?.allow ?? [];
  const hits: Hit[] = [];
  const end = minorData(version)?.endOfLife;
  if (end !== undefined && !allow.includes("end-of-life"))
    hits.push({
      ...about,
      code: "end-of-life",
      evidence: `it runs ${version}; Istio ${minorOf(version)} ended ${end}`,
      sentence: `Istio ${minorOf(version)} gets no fixes any more since ${end}`,
      remedy: "upgrade by one minor after another (docs/upgrade.md), or acknowledge with istio.allow: [end-of-life]",
    });
  const bad = allNotes.filter((row) => isOfBadPatches(row) && concerns(row, version));
  if (bad.length > 0)
    hits.push({
      ...about,
      code: "bad-version",
      evidence: `it runs ${version}`,
      sentence: `${version} is known to be bad: ${bad.map(({ title }) => title).join("; ")}`,
      remedy: `${furthest(bad.map(({ remedy }) => remedy))}: istio.version, then npm run up`,
    });
  const [why] = kubernetes === undefined ? [] : judgeKubernetes(version, kubernetes, allow).refused;
  if (why !== undefined && layout === "modern")
    hits.push({
      ...about,
      code: "kubernetes-unfit",
      evidence: `Istio ${version} on Kubernetes ${kubernetes ?? ""}`,
      sentence: why.split(". ")[0] ?? why,
      remedy: why.split(". ").slice(1).join(". ") || "a version of Istio for this Kubernetes",
    });
  return hits;
}

/** Nobody serves an instance whose pods have sidecars, or would get them. */
function judgeAbsence({ controlPlanes, planesUnseen, namespaces, instances, pods }: Evidence): readonly Hit[] {
  if (controlPlanes.length > 0 || planesUnseen) return [];
  return instances.flatMap((name) => {
    const namespace = namespaces.find((one) => one.name === name);
    const served = pods.filter((pod) => pod.metadata?.namespace === name && proxyVersion(pod) !== undefined);
    if (served.length === 0 && (namespace === undefined || !injects(namespace))) return [];
    return [
      {
        code: "control-plane-missing" as const,
        object: `Namespace ${name}`,
        evidence: `${String(served.length)} pods have a sidecar; no Deployment istiod or istio-pilot in ${systemNamespace}`,
        sentence: "its sidecars, and those that its new pods need, are served by nobody",
        remedy: "npm run up of the stack that owns the mesh",
      },
    ];
  });
}

function judgeReadiness(planes: readonly ControlPlane[]): readonly Hit[] {
  const down = planes
    .filter(({ ready }) => ready.length === 0)
    .map((plane) => ({
      code: "control-plane-down" as const,
      object: objectOf(plane),
      evidence: `revision ${plane.revision}, ${plane.declared} is asked for; no pod is ready`,
      sentence: "nothing reaches proxies any more, and pods that need a sidecar do not start",
      remedy: `kubectl -n ${systemNamespace} describe deployment ${plane.name}`,
    }));
  const twice = planes.filter(({ revision }, at) => planes.findIndex((one) => one.revision === revision) !== at);
  return [
    ...down,
    ...twice.map((plane) => ({
      code: "control-plane-twice" as const,
      object: objectOf(plane),
      evidence: `Deployments of revision ${plane.revision}: ${planes
        .filter(({ revision }) => revision === plane.revision)
        .map(({ name }) => name)
        .join(", ")}`,
      sentence: `two control planes have revision ${plane.revision}, and proxies connect to one of them by chance`,
      remedy: "remove the one that no Helm release has (helm -n istio-system list)",
    })),
  ];
}

/** CRDs of the Gateway API that no control plane is made for. */
function judgeGatewayApi({ controlPlanes, gatewayCrds }: Evidence): readonly Hit[] {
  const versions = controlPlanes.map(({ ready, declared }) => ready[0] ?? declared).filter(isVersion);
  return gatewayCrds.flatMap(({ name, annotations = {} }) => {
    const bundle = semver.coerce(annotations["gateway.networking.k8s.io/bundle-version"]);
    if (bundle === null) return [];
    const minor = `${String(bundle.major)}.${String(bundle.minor)}`;
    const troubles = versions.map((version) => crdTrouble(name, minor, minorOf(version)));
    const [why] = troubles;
    // Where one of two control planes is made for them they are in use.
    if (why === undefined || troubles.includes(undefined)) return [];
    return [
      {
        code: "gateway-api-unfit" as const,
        object: `CustomResourceDefinition ${name}`,
        evidence: `bundle-version ${bundle.version}; control planes ${versions.join(", ")}`,
        sentence: `it ${why}; istiod says so in its log alone`,
        remedy: "install the Gateway API that the release notes of this Istio name",
      },
    ];
  });
}

const day = 86_400_000;
/** How long before its end an authority is named, in days; and how long before it is an error. */
const [soon, now] = [30, 7];

function judgeCertificates({ certificates, cacertsKeys, now: today }: Evidence): readonly Hit[] {
  const ending = certificates.flatMap(({ object, subject, end }) => {
    const left = Math.floor((Date.parse(end) - today.getTime()) / day);
    if (left >= soon) return [];
    return [
      {
        code: "certificate-ends" as const,
        object,
        evidence: `${subject}, valid until ${end}`,
        sentence:
          left < 0
            ? "the mesh's authority has ended: every proxy's certificate is refused"
            : `the mesh's authority ends in ${String(left)} days, and all mTLS with it`,
        remedy: "renew it: https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/",
        severity: left < now ? ("error" as const) : ("warning" as const),
      },
    ];
  });
  const forms = [
    ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"],
    ["tls.crt", "tls.key", "ca.crt"],
  ];
  const lacks = forms.map((form) => form.filter((key) => cacertsKeys?.includes(key) === false));
  if (cacertsKeys === undefined || lacks.some((one) => one.length === 0)) return ending;
  const missing = (lacks.sort((a, b) => a.length - b.length)[0] ?? []).join(", ");
  return [
    ...ending,
    {
      code: "cacerts-incomplete",
      object: `Secret ${systemNamespace}/cacerts`,
      evidence: `its keys: ${cacertsKeys.join(", ") || "none"}`,
      sentence: `it lacks ${missing}: from Istio 1.27 on istiod does not start with it`,
      remedy: `add ${missing} to the Secret, or remove it: then istiod makes an authority of its own`,
    },
  ];
}

/** Judges the control planes: whether they are ready, what they run, what they run on, and their authority. */
export const checkControlPlane = (evidence: Evidence): readonly Hit[] => [
  ...judgeAbsence(evidence),
  ...judgeReadiness(evidence.controlPlanes),
  ...evidence.controlPlanes.flatMap((plane) => judgeVersion(plane, evidence)),
  ...judgeGatewayApi(evidence),
  ...judgeCertificates(evidence),
];
