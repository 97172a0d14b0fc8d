import { injectionLabel, overridden, putBackText, settledText } from "../../mesh/rollout/injectionLabel";
import { optional, reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** Value of a label that takes a namespace away from its revision; `undefined` where there is none. */
export async function readOverridden({ core }: Cluster, name: string, revision: string): Promise<string | undefined> {
  const found = await bounded("the Kubernetes API", 30, optional(core.readNamespace({ name })));
  return overridden(found?.metadata?.labels, revision);
}

/** The revision that is to serve a namespace. */
interface Served {
  readonly name: string;
  readonly revision: string;
  readonly log: (line: string) => void;
}

/**
 * Asks whether sidecars can depend on a revision, in a namespace that is its own: that label is removed before, whoever wrote it,
 * as the settings have the say. Where they cannot, or nobody knows, it is put back: new pods go on to get what they got.
 * @param ask returns why they cannot
 * @returns the same
 */
export async function onceSettled(
  cluster: Cluster,
  { name, revision, log }: Served,
  ask: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const value = await readOverridden(cluster, name, revision);
  if (value === undefined) return ask();
  const write = (text: string | null) =>
    cluster.send("PATCH", `/api/v1/namespaces/${name}`, { body: { metadata: { labels: { [injectionLabel]: text } } } });
  await write(null);
  log(settledText(name, value));
  let unfit: string | undefined = "it was not judged";
  try {
    unfit = await ask();
    return unfit;
  } finally {
    if (unfit !== undefined) {
      const why = await write(value).then(() => undefined, reasonOf);
      log(putBackText(name, value, why));
    }
  }
}
