import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { LabControlPlane } from "../../lab/controlPlane";
import { ReadIstiod } from "../../lab/istiods/istiod";
import { builtIstiod, istiodMissing } from "../../lab/istiods/programs";
import { askForProxy } from "../../lab/istiods/proxyDump";
import { systemNamespace } from "../../mesh/istio/names";
import { minorOf } from "../../mesh/istio/releases";
import { changesOf, type ConfigChanges } from "../../mesh/proxyConfig/changes";
import type { ProxyDump } from "../../mesh/proxyConfig/dump";
import type { ForeignObject } from "../../mesh/rehearsal/copiedObjects";
import { sampleProxies, type Sample } from "../../mesh/rehearsal/sampleProxies";

/** What istiods of two minors make of the same objects, or why that is not known. */
export type Comparison =
  | { readonly missing: readonly string[] }
  | {
      /** Of the istiod before and after: minor, and day of its source. */
      readonly before: string;
      readonly after: string;
      readonly proxies: readonly { readonly proxy: string; readonly changes: ConfigChanges }[];
      /** Gateways that were not asked about. */
      readonly leftOut: number;
    };

/** What of the control plane in the lab decides what its istiod sends. */
interface Configured {
  readonly mesh: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Variables of istiod that are about what it sends, and not about where it runs. */
const isBehaviour = (name: string) =>
  /^(PILOT_|ENABLE_|DISABLE_|ISTIO_)/.test(name) && !/CERT_PROVIDER|_DIR$|CA_|KUBECONFIG/.test(name);

async function configured(plane: LabControlPlane, revision: string | undefined): Promise<Configured> {
  const ofRevision = revision === undefined ? "" : `-${revision}`;
  const read = async <T>(what: string, name: string) =>
    JSON.parse(await plane.kubectl("get", what, name, "-n", systemNamespace, "-o", "json")) as T;
  const [map, deployment] = await Promise.all([
    read<{ readonly data?: { readonly mesh?: string } }>("configmap", `istio${ofRevision}`),
    read<V1Deployment>("deployment", `istiod${ofRevision}`),
  ]);
  const set = deployment.spec?.template.spec?.containers.find(({ name }) => name === "discovery")?.env ?? [];
  const env = set.flatMap(({ name, value }) =>
    value === undefined || !isBehaviour(name) ? [] : [[name, value] as const],
  );
  return { mesh: map.data?.mesh ?? "", env: Object.fromEntries(env) };
}

/** A pod of the instance, as a sidecar of it names itself. */
async function sidecarOf(plane: LabControlPlane, namespace: string): Promise<Omit<Sample, "kind"> | undefined> {
  const { items } = JSON.parse(await plane.kubectl("get", "pods", "-n", namespace, "-o", "json")) as {
    readonly items: readonly V1Pod[];
  };
  const pod = items.find(({ status }) => status?.podIP !== undefined && status.podIP !== "");
  if (pod === undefined) return undefined;
  return {
    namespace,
    pod: pod.metadata?.name ?? "",
    address: pod.status?.podIP ?? "",
    labels: pod.metadata?.labels ?? {},
  };
}

const nameOf = ({ kind, namespace, pod, labels }: Sample) =>
  kind === "sidecar"
    ? `sidecar of pod ${namespace}/${pod}`
    : `gateway of namespace ${namespace} with ${Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(", ")}`;

/**
 * Asks an istiod of each of two minors what it would send to proxies of the lab, and compares the answers. Where one of the two
 * is not built nothing is started.
 */
export async function compareIstiods(
  plane: LabControlPlane,
  step: { readonly from: string; readonly to: string; readonly revision: string | undefined },
  place: { readonly namespace: string; readonly objects: readonly ForeignObject[] },
): Promise<Comparison> {
  const { from, to, revision } = step;
  if (minorOf(from) === minorOf(to))
    return { missing: [`${from} and ${to} are of one minor, of which there is one istiod here`] };
  const missing = [from, to].map(istiodMissing).filter((reason) => reason !== undefined);
  const [old, next] = [builtIstiod(from), builtIstiod(to)];
  if (old === undefined || next === undefined) return { missing: [...new Set(missing)] };
  const sidecar = await sidecarOf(plane, place.namespace);
  if (sidecar === undefined) return { missing: [`no pod of ${place.namespace} has an address`] };
  const { samples, leftOut } = sampleProxies(place.objects, sidecar);
  const { mesh, env } = await configured(plane, revision);
  const ask = async (program: string, version: string): Promise<readonly ProxyDump[]> => {
    const istiod = await ReadIstiod.start({ program, kubeconfig: plane.kubeconfig, mesh, env });
    try {
      const dumps = [];
      for (const sample of samples)
        dumps.push(await askForProxy(istiod, { ...sample, version: `${minorOf(version)}.0` }));
      return dumps;
    } finally {
      await istiod.stop();
    }
  };
  const before = await ask(old.path, from);
  const after = await ask(next.path, to);
  const proxies = samples.flatMap((sample, at) => {
    const [one, other] = [before[at], after[at]];
    return one === undefined || other === undefined ? [] : [{ proxy: nameOf(sample), changes: changesOf(one, other) }];
  });
  return { before: old.version, after: next.version, proxies, leftOut };
}
