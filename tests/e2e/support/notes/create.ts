import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { refusalOf } from "../../../../cluster/client/errors";
import type { Cluster } from "../../../../cluster/client/kubernetesClient";
import { eachOf } from "../../../../tools/eachOf";
import { once, placed, type Case, type Placed } from "./placed";
import { listPath, places } from "./places";

/** An object as a person writes it. */
export type Manifest = Placed["object"] & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
};

/** How many requests run at the same time. */
const atOnce = 12;

const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const manager = "fieldManager=notes&force=true&fieldValidation=Strict";

async function create({ send }: Cluster, { path, object }: Placed): Promise<void> {
  const name = object.metadata.name ?? "";
  try {
    await send("PATCH", `${path}/${name}?${manager}`, { patch: "apply", body: object });
    // A node's is not the creator's to write.
    if (path.endsWith("/nodes") && object.status !== undefined)
      await send("PATCH", `${path}/${name}/status`, { body: { status: object.status } });
  } catch (error) {
    throw new Error(`${path}/${name}: ${refusalOf(error)}`, { cause: error });
  }
}

/** Creates objects one after another, without kubectl, which reads the whole schema first. */
export async function createEach(cluster: Cluster, objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    const place = Object.values(places).find((one) => one.apiVersion === apiVersion && one.kind === kind);
    if (place === undefined) throw new Error(`${apiVersion} ${kind} has no place`);
    await create(cluster, { path: listPath(place, metadata.namespace), stage: 0, object });
  }
}

const isNamespace = ({ path }: Placed) => path.endsWith("/namespaces");

/** The account that a pod has where it names none; its controller would take its time. */
const accountOf = ({ object }: Placed): Placed => {
  const metadata = { name: "default", namespace: object.metadata.namespace ?? "" };
  return {
    path: `/api/v1/namespaces/${metadata.namespace}/serviceaccounts`,
    stage: 0,
    object: { ...{ apiVersion: "v1", kind: "ServiceAccount" }, metadata },
  };
};

/**
 * Creates the objects of fixtures, in few rounds.
 * @returns what the API server refused, a line each
 */
export const createAll = (cluster: Cluster, cases: readonly Case[]): Promise<readonly string[]> =>
  createPlaced(cluster, cases.flatMap(placed));

/** Creates objects where they belong, in few rounds. @returns what the API server refused, a line each */
export async function createPlaced(cluster: Cluster, all: readonly Placed[]): Promise<readonly string[]> {
  const namespaces = all.filter(isNamespace);
  const pods = all.filter(({ path }) => path.endsWith("/pods"));
  const accounts = new Map(pods.map((pod) => [pod.object.metadata.namespace, accountOf(pod)]));
  const rest = all.filter((one) => !isNamespace(one) && !pods.includes(one));
  const stages = [...new Set(rest.map(({ stage }) => stage))].sort();
  const rounds = [
    namespaces,
    [...accounts.values()],
    ...stages.map((at) => rest.filter(({ stage }) => stage === at)),
    pods,
  ];
  const refused: string[] = [];
  for (const [at, round] of rounds.entries()) {
    // An object's age counts in seconds.
    if (at > 2 && round !== pods) await sleep(1100);
    await eachOf(round, atOnce, (one) =>
      create(cluster, one).catch((error: unknown) => {
        refused.push((error as Error).message);
      }),
    );
  }
  return refused;
}

const managedBy = "app.kubernetes.io/managed-by";

/** Makes true what fixtures say of things that are there once. */
export async function say(cluster: Cluster, cases: readonly Case[]): Promise<void> {
  const all = cases.map(once);
  await eachOf(
    all.flatMap(({ crds }) => crds),
    atOnce,
    ({ metadata: { name = "", labels, annotations } }) => {
      const marks = labels === undefined ? {} : { labels: { [managedBy]: null, ...labels } };
      return cluster.send("PATCH", `${crdPath}/${name}`, { body: { metadata: { ...marks, annotations } } });
    },
  );
  for (const { keys } of all.flatMap(({ cacerts }) => cacerts))
    await create(cluster, {
      path: "/api/v1/namespaces/istio-system/secrets",
      stage: 0,
      object: {
        ...{ apiVersion: "v1", kind: "Secret" },
        metadata: { name: "cacerts", namespace: "istio-system" },
        ...{ data: Object.fromEntries(keys.map((key) => [key, "eA=="])) },
      },
    });
}

/** The definitions of kinds that are not Istio's: those of their projects, without texts. */
export async function createCrds(cluster: Cluster): Promise<void> {
  const files = ["gatewayApi-1.5.1", "inferencePools-0.5.1", "prometheusRules-0.85.0"];
  const crds = files.flatMap(
    (file) => JSON.parse(readFileSync(join(__dirname, "..", "crds", `${file}.json`), "utf8")) as Placed["object"][],
  );
  await eachOf(crds, atOnce, (object) => create(cluster, { path: crdPath, stage: 0, object }));
}
