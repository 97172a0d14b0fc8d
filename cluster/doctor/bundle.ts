import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import type { Evidence } from "../../mesh/doctor/evidence";
import type { Diagnosis } from "../../mesh/doctor/report";
import { scrubber, withoutValues } from "../../mesh/doctor/scrub";
import { discovery } from "../../mesh/istio/controlPlanes";
import { systemNamespace as system } from "../../mesh/istio/names";
import { proxyContainer } from "../../mesh/istio/pods";
import { reasonOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** How long one answer, and all logs together, may take, in seconds. */
const [answerSeconds, logSeconds] = [10, 60];
/** How much of a log, and of all texts together, goes into a report, in bytes. */
const [logBytes, allBytes] = [500_000, 50_000_000];
/** Of how many sidecars the log is taken: those that something was found of first. */
const mostLogs = 20;

/** A text of the report. */
interface Entry {
  readonly name: string;
  readonly text: string;
}

interface SecretList {
  readonly items: readonly V1Secret[] | null;
}

/** The values of the Secrets near the instances, in clear, to be searched for; why not all, where some may not be seen. */
async function secretValues(cluster: Cluster, namespaces: readonly string[]) {
  const unseen: string[] = [];
  const read = async (namespace: string): Promise<readonly string[]> => {
    try {
      const text = await cluster.send("GET", `/api/v1/namespaces/${namespace}/secrets`);
      const secrets = (JSON.parse(text) as SecretList).items ?? [];
      // Helm's records are no secrets, and megabytes.
      const own = secrets.filter(({ metadata }) => metadata?.labels?.["owner"] !== "helm");
      return own.flatMap(({ data }) =>
        Object.values(data ?? {}).map((one) => Buffer.from(one, "base64").toString("utf8")),
      );
    } catch (error) {
      unlessInternal(error);
      unseen.push(`values of the Secrets of ${namespace} were not searched for: ${reasonOf(error)}`);
      return [];
    }
  };
  const values = (await Promise.all(namespaces.map(read))).flat();
  return { values, unseen };
}

/** A log's end, or why it cannot be had. */
async function logOf({ send }: Cluster, { metadata }: V1Pod, container: string): Promise<string> {
  const path = `/api/v1/namespaces/${metadata?.namespace ?? ""}/pods/${metadata?.name ?? ""}/log`;
  const query = `container=${container}&tailLines=2000&limitBytes=${String(logBytes)}&timestamps=true`;
  try {
    return await bounded("the log", answerSeconds, send("GET", `${path}?${query}`, { accept: "*/*" }));
  } catch (error) {
    unlessInternal(error);
    return `not read: ${reasonOf(error)}\n`;
  }
}

async function logs(cluster: Cluster, { pods, instances }: Evidence, found: string): Promise<readonly Entry[]> {
  const isNamed = ({ metadata }: V1Pod) => (found.includes(metadata?.name ?? "") ? 0 : 1);
  const sidecars = pods
    .filter((pod) => instances.includes(pod.metadata?.namespace ?? "") && proxyContainer(pod) !== undefined)
    .sort((a, b) => isNamed(a) - isNamed(b))
    .slice(0, mostLogs)
    .map((pod) => ({ pod, container: "istio-proxy" }));
  const planes = pods
    .filter((pod) => pod.metadata?.namespace === system && discovery(pod.spec) !== undefined)
    .map((pod) => ({ pod, container: "discovery" }));
  const end = Date.now() + logSeconds * 1000;
  const entries: Entry[] = [];
  for (const { pod, container } of [...planes, ...sidecars]) {
    if (Date.now() > end) break;
    const name = `logs/${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""}.log`;
    entries.push({ name, text: await logOf(cluster, pod, container) });
  }
  return entries;
}

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

function objects(evidence: Evidence): readonly Entry[] {
  const { records, certificates, kubernetes, meshConfig, controlPlanes, istiod, webhooks, namespaces } = evidence;
  const { proxies, counters, ejected, listening } = evidence;
  const kinds = {
    pods: evidence.pods.filter(({ metadata }) => [...evidence.instances, system].includes(metadata?.namespace ?? "")),
    services: evidence.services.filter(({ metadata }) => evidence.instances.includes(metadata?.namespace ?? "")),
    virtualservices: evidence.virtualServices,
    destinationrules: evidence.destinationRules,
    serviceentries: evidence.serviceEntries,
    gateways: evidence.gateways,
    peerauthentications: evidence.peerAuthentications,
    sidecars: evidence.sidecars,
    authorizationpolicies: evidence.authorizationPolicies,
    envoyfilters: evidence.envoyFilters,
    // Of namespaces nobody else's labels.
    namespaces: namespaces.filter(({ name }) => [...evidence.instances, system].includes(name)),
    webhooks,
    releases: records.map(({ release, revision, status, chartVersion, description }) => ({
      ...{ release, revision, status, chartVersion, description },
    })),
    mesh: { kubernetes, meshConfig, controlPlanes, certificates, istiod, proxies, counters, ejected, listening },
  };
  return Object.entries(kinds).map(([name, value]) => ({
    name: `objects/${name}.json`,
    text: json(withoutValues(value)),
  }));
}

/**
 * Writes a report to hand on: what was found, what it was found in, and logs. Secrets are searched for in every text and taken
 * out. It is bounded in size and time.
 * @param texts what a person reads first, by file name
 * @returns what could not be searched for
 * @throws Error with one line where the file cannot be written
 */
export async function writeBundle(
  cluster: Cluster,
  file: string,
  evidence: Evidence,
  diagnosis: Diagnosis,
  texts: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { values, unseen } = await secretValues(cluster, [...evidence.instances, system]);
  const scrub = scrubber(values);
  const found = JSON.stringify(diagnosis.findings);
  const entries = [
    ...Object.entries(texts).map(([name, text]) => ({ name, text })),
    { name: "findings.json", text: json({ ...diagnosis, unseen: [...diagnosis.unseen, ...unseen] }) },
    ...objects(evidence),
    ...(await logs(cluster, evidence, found)),
  ];
  const archive = pack();
  // Somebody else on this machine need not read it.
  const output = createWriteStream(file, { mode: 0o600 });
  const written = finished(archive.pipe(createGzip()).pipe(output));
  let left = allBytes;
  for (const { name, text } of entries) {
    const clear = Buffer.from(scrub(text));
    const kept = clear.byteLength > left ? Buffer.from("left out: the report is full\n") : clear;
    left -= kept.byteLength;
    archive.entry({ name: `jam-istio-report/${name}`, mtime: evidence.now }, kept);
  }
  archive.finalize();
  await written;
  return unseen;
}
