import { BlockList, isIP } from "node:net";
import { counted, each, isBelow, istiodEnv, meshConfigs, providersOf, sidecarVersion, textOf, valueAt } from "../look";
import { isPinned, removedHits, settingPlaces } from "../removedSettings";
import { note, only, releaseNote, since, upgradeNotes, type Note } from "../note";

/** Whether a range in CIDR notation, or an address, covers an address. */
function covers(range: string, address: string): boolean {
  const [ip = "", bits] = range.trim().split("/");
  const family = isIP(ip) === 4 ? "ipv4" : "ipv6";
  if (range.trim() === "*") return true;
  if (isIP(ip) === 0 || isIP(ip) !== isIP(address)) return false;
  const list = new BlockList();
  list.addSubnet(ip, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  return list.check(address, family);
}

const excluded = (
  pod: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } },
  what: string,
) => (pod.metadata.annotations?.[`traffic.sidecar.istio.io/${what}`] ?? "").split(",").map((part) => part.trim());

/** Whether the mesh has access logs. */
const logs = (configs: ReturnType<typeof meshConfigs>) =>
  configs.some(({ config }) => (config.accessLogFile ?? "") !== "");

export const notes: readonly Note[] = [
  note({
    id: "23-01",
    range: since("1.23"),
    verdict: "warn",
    title: "DNS obeys the annotations that keep traffic from the sidecar",
    evidence: "DNS capture, and pods that exclude port 53 or the address of the cluster's DNS",
    reads: [...settingPlaces, "services"],
    find: (seen) => {
      if (!isPinned(seen, "ISTIO_META_DNS_CAPTURE", "true")) return [];
      const dns = seen.services
        .filter(({ metadata }) => metadata.namespace === "kube-system" && metadata.name === "kube-dns")
        .flatMap(({ spec }) => (spec?.clusterIP === undefined ? [] : [spec.clusterIP]));
      return each(
        "Pod",
        seen.pods,
        (pod) =>
          (excluded(pod, "excludeOutboundPorts").includes("53") ||
            excluded(pod, "excludeOutboundIPRanges").some((range) => dns.some((ip) => covers(range, ip)))) &&
          "excludes DNS, so its proxy answers none any more",
      );
    },
    remedy: "take port 53 and the address of the DNS out of the annotation",
    source: releaseNote("retroactive-note-for-53949", "release-1.24"),
  }),
  note({
    id: "23-02",
    range: since("1.23"),
    verdict: "refuse",
    title: "Stackdriver's metrics and logs and OpenCensus leave Istio",
    evidence: "providers of kind stackdriver or opencensus, and values telemetry.v2.stackdriver",
    reads: ["configMaps", "releases"],
    find: (seen) => [
      ...providersOf(seen, ["stackdriver", "opencensus"]),
      ...each(
        "Helm release",
        seen.releases,
        ({ values }) => valueAt(values, "telemetry.v2.stackdriver.enabled") === true && "has telemetry.v2.stackdriver",
      ),
    ],
    remedy: "use a provider of kind opentelemetry, named in a Telemetry",
    source: releaseNote("51044"),
  }),
  note({
    id: "23-04",
    range: since("1.23"),
    verdict: "inform",
    title: "the keys of JSON access logs are in no fixed order",
    evidence: "meshConfig.accessLogEncoding JSON",
    reads: ["configMaps"],
    find: (seen) =>
      meshConfigs(seen)
        .filter(({ config }) => config.accessLogEncoding === "JSON")
        .map(({ object }) => ({ object, says: "asks for access logs in JSON" })),
    remedy: "read the logs as JSON, not by their order",
    source: releaseNote("48882"),
  }),
  note({
    id: "23-05",
    range: since("1.23"),
    verdict: "inform",
    title: "statistics of clusters that nobody uses come late or never, and cluster_name is cut otherwise",
    evidence: "proxyStatsMatcher in meshConfig or in a pod's annotation",
    reads: ["configMaps", "pods"],
    find: (seen) => [
      ...meshConfigs(seen)
        .filter(({ config }) => config.defaultConfig?.proxyStatsMatcher !== undefined)
        .map(({ object }) => ({ object, says: "has a proxyStatsMatcher" })),
      ...counted(
        seen.pods.filter(({ metadata }) =>
          metadata.annotations?.["proxy.istio.io/config"]?.includes("proxyStatsMatcher"),
        ),
        "have a proxyStatsMatcher in their annotation",
      ),
    ],
    remedy: "see that no alert needs a metric which is 0",
    source: releaseNote("deferred_cluster_creation"),
  }),
  note({
    id: "23-06",
    range: since("1.23"),
    verdict: "warn",
    title: "istiod checks certificate requests more strictly before it hands them to an external authority",
    evidence: "istiod's EXTERNAL_CA, or PILOT_CERT_PROVIDER k8s.io/…",
    reads: ["deployments"],
    find: (seen) =>
      istiodEnv(seen)
        .filter(
          ([name, value]) =>
            (name === "EXTERNAL_CA" && value !== "") || (name === "PILOT_CERT_PROVIDER" && value.startsWith("k8s.io/")),
        )
        .map(([name]) => ({ object: "istiod's environment", says: `has ${name}` })),
    remedy: "try a new pod's certificate on a test cluster first",
    source: releaseNote("51966"),
  }),
  {
    id: "23-07",
    range: since("1.23"),
    title: "the images are made of Ubuntu 24.04, distroless ones of Wolfi",
    elsewhere: "nodes with an old kernel, or with iptables-legacy alone",
    remedy: "start a sidecar on such a node first",
    source: releaseNote("noble-base"),
  },
  {
    id: "23-08",
    range: since("1.23"),
    title: "istioctl experimental wait is gone",
    elsewhere: "scripts that call it",
    remedy: "use kubectl wait",
    source: releaseNote("drop-distribution"),
  },
  note({
    id: "23-env",
    range: since("1.23"),
    verdict: "warn",
    title: "settings that 1.23 no longer has",
    evidence: "variables of istiod and proxies that 1.23 does not know",
    reads: settingPlaces,
    find: (seen) => removedHits(seen, "1.23"),
    remedy: "remove them; USE_EXTERNAL_WORKLOAD_SDS is now WORKLOAD_IDENTITY_SOCKET_FILE",
    source: upgradeNotes("1.23"),
  }),
  note({
    id: "23-p1",
    range: only("1.23.0", "1.23.0"),
    verdict: "refuse",
    title: "1.23.0 breaks ServiceEntries with several addresses",
    evidence: "ServiceEntries with more than one address",
    reads: ["serviceEntries"],
    find: ({ serviceEntries }) =>
      each("ServiceEntry", serviceEntries, ({ spec }) => (spec?.addresses ?? []).length > 1 && "has several addresses"),
    remedy: "go to 1.23.1 or newer",
    source: releaseNote("revert-multi-vip", "release-1.23"),
  }),
  note({
    id: "23-p2",
    range: only("1.23.0", "1.23.5"),
    verdict: "refuse",
    title: "1.23.0 to 1.23.5 send proxies below 1.23 an access log format that they refuse",
    evidence: "proxies below 1.23, and access logs in meshConfig or a Telemetry",
    reads: ["pods", "configMaps", "telemetries"],
    find: (seen) =>
      logs(meshConfigs(seen)) || seen.telemetries.some((one) => textOf(one).includes("accessLogging"))
        ? counted(
            seen.pods.filter((pod) => isBelow(sidecarVersion(pod), "1.23.0")),
            "have a proxy below 1.23, and access logs are on",
          )
        : [],
    remedy: "go to 1.23.6",
    source: releaseNote("54795", "release-1.23"),
  }),
];
