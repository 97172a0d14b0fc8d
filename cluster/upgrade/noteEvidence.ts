import { systemNamespace as system } from "../../mesh/istio/names";
import type { Evidence } from "../../mesh/upgradeNotes/judge";
import { noObjects, type Kind, type Objects, type Release } from "../../mesh/upgradeNotes/kinds";
import type { Thing } from "../../mesh/upgradeNotes/thing";
import { planes } from "../../mesh/upgradeNotes/look";
import { isDenied, isNotFound } from "../client/errors";
import { listMetadata, type Cluster } from "../client/kubernetesClient";
import { listPages } from "../client/pages";
import { kindsOf, versionsOf } from "../client/resources";
import { recordedValues, type RecordSecret } from "./helmRecords";

/** Where the objects of a kind are: a path, or a group of several versions, of which any is the same to read. */
type Place = string | { readonly group: string; readonly plural: string };

const within = (group: string) => (plural: string) => ({ group, plural });
const networking = within("networking.istio.io");
const security = within("security.istio.io");
const gateway = within("gateway.networking.k8s.io");
const monitoring = within("monitoring.coreos.com");
const ofSystem = (api: string, plural: string) => `${api}/namespaces/${system}/${plural}`;

/** Kinds that are read in a way of their own. */
type Special = "cacerts" | "releases" | "crds";

const places: Readonly<Record<Exclude<Kind, Special>, Place>> = {
  serviceEntries: networking("serviceentries"),
  virtualServices: networking("virtualservices"),
  destinationRules: networking("destinationrules"),
  gateways: networking("gateways"),
  sidecars: networking("sidecars"),
  envoyFilters: networking("envoyfilters"),
  workloadEntries: networking("workloadentries"),
  proxyConfigs: networking("proxyconfigs"),
  telemetries: within("telemetry.istio.io")("telemetries"),
  wasmPlugins: within("extensions.istio.io")("wasmplugins"),
  requestAuthentications: security("requestauthentications"),
  authorizationPolicies: security("authorizationpolicies"),
  gatewayApiGateways: gateway("gateways"),
  httpRoutes: gateway("httproutes"),
  tlsRoutes: gateway("tlsroutes"),
  tcpRoutes: gateway("tcproutes"),
  backendTlsPolicies: gateway("backendtlspolicies"),
  inferencePools: within("inference.networking.x-k8s.io")("inferencepools"),
  podMonitors: monitoring("podmonitors"),
  prometheusRules: monitoring("prometheusrules"),
  pods: "/api/v1/pods",
  services: "/api/v1/services",
  namespaces: "/api/v1/namespaces",
  nodes: "/api/v1/nodes",
  configMaps: ofSystem("/api/v1", "configmaps"),
  serviceAccounts: ofSystem("/api/v1", "serviceaccounts"),
  deployments: ofSystem("/apis/apps/v1", "deployments"),
  networkPolicies: "/apis/networking.k8s.io/v1/networkpolicies",
  podDisruptionBudgets: "/apis/policy/v1/poddisruptionbudgets",
  horizontalPodAutoscalers: "/apis/autoscaling/v2/horizontalpodautoscalers",
  clusterRoleBindings: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  roleBindings: "/apis/rbac.authorization.k8s.io/v1/rolebindings",
  mutatingWebhooks: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
};

const isSpecial = (kind: Kind): kind is Special => !(kind in places);

/** Reads what is asked for with a connection; what a group serves is asked for once. */
class Reader {
  private readonly groups = new Map<string, ReturnType<Reader["ask"]>>();

  public constructor(private readonly cluster: Cluster) {}

  /** The versions of a group, the preferred first, with the names of the kinds of each. */
  private async ask(group: string) {
    const versions = await versionsOf(this.cluster, group);
    const kinds = await Promise.all(versions.map((version) => kindsOf(this.cluster, version)));
    return versions.map((version, at) => ({ version, names: (kinds[at] ?? []).map(({ name }) => name) }));
  }

  private served(group: string) {
    const found = this.groups.get(group) ?? this.ask(group);
    this.groups.set(group, found);
    return found;
  }

  private async ofPlace(place: Place): Promise<readonly Thing[]> {
    if (typeof place === "string") return listPages(this.cluster, place);
    const versions = (await this.served(place.group)).filter(({ names }) => names.includes(place.plural));
    // Of Istio's own, whose versions are one schema, the oldest, as the doctor does: who reads both reads the list once.
    const version = versions.at(place.group.endsWith(".istio.io") ? -1 : 0)?.version;
    return version === undefined ? [] : listPages(this.cluster, `/apis/${version}/${place.plural}`);
  }

  /** Names of the keys alone: what they hold goes no further than this. */
  private async cacerts() {
    const { metadata, data } = await this.cluster.core.readNamespacedSecret({
      name: "cacerts",
      namespace: system,
    });
    return [{ metadata: { name: metadata?.name ?? "", namespace: system }, keys: Object.keys(data ?? {}) }];
  }

  private async releases(): Promise<readonly Release[]> {
    const selector = `labelSelector=${encodeURIComponent("owner=helm,status=deployed")}`;
    const secrets = await listPages<RecordSecret>(this.cluster, `${ofSystem("/api/v1", "secrets")}?${selector}`);
    return secrets.map(recordedValues);
  }

  private async crds(): Promise<readonly Thing[]> {
    const all = await listMetadata(this.cluster, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
    return all.map((metadata) => ({ metadata }));
  }

  public read(kind: Kind): Promise<readonly Thing[]> {
    return isSpecial(kind) ? this[kind]() : this.ofPlace(places[kind]);
  }
}

/**
 * Reads the objects of these kinds, all at the same time. A kind that is not installed has none; one that may not be read is
 * named.
 * @throws Error with one line when the API server cannot be asked
 */
export async function readNoteEvidence(cluster: Cluster, kinds: readonly Kind[]): Promise<Evidence> {
  const reader = new Reader(cluster);
  const unseen: Partial<Record<Kind, string>> = {};
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        return [kind, await reader.read(kind)] as const;
      } catch (error) {
        if (isDenied(error)) unseen[kind] = "HTTP 403";
        else if (!isNotFound(error)) throw error;
        return [kind, []] as const;
      }
    }),
  );
  const objects: Objects = { ...noObjects, ...(Object.fromEntries(lists) as Partial<Objects>) };
  // One of istioctl's has no record, and its values are unknown.
  const istiods = kinds.includes("deployments") ? planes(objects) : [];
  if (kinds.includes("releases") && istiods.length > 0 && !objects.releases.some(({ chart }) => chart === "istiod"))
    unseen.releases ??= "none of istiod";
  return { objects, unseen };
}
