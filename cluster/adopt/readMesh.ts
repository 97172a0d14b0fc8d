import type { FoundLogin, FoundMesh, FoundRelease, RenderedPlan, Trial } from "../../mesh/adopt/found";
import { isTree } from "../../mesh/kubernetesObject";
import { loginOf } from "../../mesh/adopt/login";
import { isHook, keyOf, merged, titleOf, withRemovals, type AnyObject } from "../../mesh/adopt/objects";
import { kialiSecretName, systemNamespace as system } from "../../mesh/istio/names";
import { isAnswer, isDenied, isNotFound, optional, refusalOf } from "../client/errors";
import { listMetadata, type Cluster } from "../client/kubernetesClient";
import { readControlPlanes } from "../upgrade/controlPlanes";
import { forEach, objectPaths, readObject, type PathOf } from "./objects";

type Live = Map<string, AnyObject>;

async function readLive(
  cluster: Cluster,
  pathOf: PathOf,
  objects: readonly AnyObject[],
  unread: string[],
): Promise<Live> {
  const asked = [...new Map(objects.map((one) => [keyOf(one), one])).entries()];
  const read = await forEach(asked, async ([, object]) => readObject(cluster, await pathOf(object)));
  const live: Live = new Map();
  asked.forEach(([key, object], at) => {
    const one = read[at];
    if (one === "denied") unread.push(titleOf(object));
    else if (one !== undefined) live.set(key, one);
  });
  return live;
}

/** Kinds that the API server itself has merge their lists item by item; those of CRDs, and CRDs, as Helm does it, do not. */
const isStrategic = ({ apiVersion, kind }: AnyObject) =>
  kind !== "CustomResourceDefinition" && (!apiVersion.includes(".") || apiVersion.includes(".k8s.io/"));

/** Tries, by a dry run, what an update of the release would make of an object. */
async function tryOne(
  { send }: Cluster,
  path: string,
  live: AnyObject,
  { before, wanted }: { readonly before: AnyObject | undefined; readonly wanted: AnyObject },
): Promise<Trial> {
  const strategic = isStrategic(wanted);
  // What is in a Secret is neither sent nor shown.
  const sent = wanted.kind === "Secret" ? { metadata: wanted.metadata } : { ...wanted };
  const body = wanted.kind === "Secret" ? sent : withRemovals({ ...before }, sent, strategic);
  try {
    return {
      after: JSON.parse(
        await send("PATCH", `${path}?dryRun=All`, { body, patch: strategic ? "strategic" : "merge" }),
      ) as AnyObject,
    };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    const why = refusalOf(error);
    // A webhook of the classic layout knows no dry run, and what has no defaults can be told without the server.
    if (/does not support dry run/.test(why)) return { after: merged(live, body) as AnyObject };
    return { refused: why };
  }
}

async function readLogin({ core }: Cluster, unread: string[]): Promise<FoundLogin | undefined> {
  try {
    const { data = {} } = await core.readNamespacedSecret({ namespace: system, name: kialiSecretName });
    return loginOf(data);
  } catch (error) {
    if (isDenied(error)) unread.push(`Secret ${system}/${kialiSecretName}`);
    else if (!isNotFound(error)) throw error;
    return undefined;
  }
}

/** What the charts of 1.2x write down of the values that they were given. */
async function readGiven({ core }: Cluster, revision: string | undefined): Promise<Record<string, unknown>> {
  const name = revision === undefined ? "values" : `values-${revision}`;
  const map = await optional(core.readNamespacedConfigMap({ namespace: system, name }));
  const values: unknown = JSON.parse(map?.data?.["original-values"] ?? "{}");
  return isTree(values) ? values : {};
}

const labelled = `labelSelector=${encodeURIComponent("operator.istio.io/component")}`;
const istioctlKinds: readonly (readonly [string, string, string])[] = [
  ["apps/v1", "Deployment", `/apis/apps/v1/namespaces/${system}/deployments?${labelled}`],
  ["apps/v1", "DaemonSet", `/apis/apps/v1/namespaces/${system}/daemonsets?${labelled}`],
  ["v1", "Service", `/api/v1/namespaces/${system}/services?${labelled}`],
  ["v1", "ConfigMap", `/api/v1/namespaces/${system}/configmaps?${labelled}`],
  ...(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const).map(
    (kind) =>
      [
        "admissionregistration.k8s.io/v1",
        kind,
        `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s?${labelled}`,
      ] as const,
  ),
  ["install.istio.io/v1alpha1", "IstioOperator", `/apis/install.istio.io/v1alpha1/namespaces/${system}/istiooperators`],
];

async function readLists(
  cluster: Cluster,
  kinds: readonly (readonly [string, string, string])[],
  unread: string[],
): Promise<readonly AnyObject[]> {
  const lists = await forEach(kinds, async ([apiVersion, kind, path]) => {
    try {
      return (await listMetadata(cluster, path)).map((metadata): AnyObject => ({ apiVersion, kind, metadata }));
    } catch (error) {
      if (isDenied(error)) unread.push(`${kind}s at ${path.split("?")[0] ?? path}`);
      else if (!isNotFound(error)) throw error;
      return [];
    }
  });
  return lists.flat();
}

/** The instance's objects that steer traffic, with their specs: which of them inject faults is told by these. */
async function readInstance({ send }: Cluster, namespace: string, unread: string[]): Promise<readonly AnyObject[]> {
  const lists = await forEach(["serviceentries", "virtualservices"], async (plural) => {
    try {
      const path = `/apis/networking.istio.io/v1alpha3/namespaces/${namespace}/${plural}`;
      return (JSON.parse(await send("GET", path)) as { items?: readonly AnyObject[] }).items ?? [];
    } catch (error) {
      if (isDenied(error)) unread.push(`${plural} of ${namespace}`);
      else if (!isNotFound(error)) throw error;
      return [];
    }
  });
  return lists.flat();
}

/** What is asked about. */
export interface AskedMesh {
  readonly releases: readonly FoundRelease[];
  readonly plans: readonly RenderedPlan[];
  /** Objects that the stack itself makes, beside its releases. */
  readonly own: readonly AnyObject[];
  readonly namespace: string;
  readonly revision: string | undefined;
}

/**
 * Reads a mesh that somebody made by hand, and tries what the settings' releases would make of it; changes nothing.
 * @throws Error with one line when the API server cannot be asked
 */
export async function readMesh(cluster: Cluster, asked: AskedMesh): Promise<FoundMesh> {
  const unread: string[] = [];
  const pathOf = objectPaths(cluster);
  const old = asked.releases.flatMap(({ objects }) => objects);
  const made = asked.plans.flatMap(({ objects }) => objects);
  const wanted = made.filter((one) => !isHook(one));
  const [live, controlPlanes, login, givenWithoutHelm, ofIstioctl, ofInstance] = await Promise.all([
    readLive(cluster, pathOf, [...old, ...made, ...asked.own], unread),
    readControlPlanes(cluster),
    readLogin(cluster, unread),
    readGiven(cluster, asked.revision),
    readLists(cluster, istioctlKinds, unread),
    readInstance(cluster, asked.namespace, unread),
  ]);
  const before = new Map(old.map((one) => [keyOf(one), one]));
  const there = wanted.filter((one) => live.has(keyOf(one)));
  const trials = await forEach(there, async (one): Promise<[string, Trial]> => {
    const key = keyOf(one);
    const path = (await pathOf(one)) ?? "";
    return [key, await tryOne(cluster, path, live.get(key) ?? one, { before: before.get(key), wanted: one })];
  });
  const { releases } = asked;
  return {
    ...{ releases, controlPlanes, live, trials: new Map(trials), login, givenWithoutHelm },
    ...{ ofIstioctl, ofInstance, unread },
  };
}
