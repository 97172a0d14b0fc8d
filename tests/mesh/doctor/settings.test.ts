import { itFinds, object, pod } from "./support";
import { plane } from "./planes";

const filter = (name: string, patches: readonly object[], more: object = {}, metadata = {}) =>
  object("EnvoyFilter", name, { configPatches: patches, ...more }, metadata);
const patch = (version: string | undefined, more: object = {}) => ({
  applyTo: "HTTP_FILTER",
  match: version === undefined ? {} : { proxy: { proxyVersion: version } },
  patch: { operation: "MERGE", value: { name: "x" } },
  ...more,
});
const adds = (name: string) => ({ applyTo: "HTTP_FILTER", patch: { operation: "INSERT_FIRST", value: { name } } });
const before = (name: string) => ({
  applyTo: "HTTP_FILTER",
  match: { listener: { filterChain: { filter: { subFilter: { name } } } } },
  patch: { operation: "INSERT_BEFORE", value: { name: "mine" } },
});
const young = { creationTimestamp: "2026-11-02T00:00:00Z" };

describe("doctor: EnvoyFilters", () => {
  itFinds([
    {
      title: "for proxies of a version that none has",
      hit: "filter-version EnvoyFilter dev701/old",
      of: { pods: [pod("ps")], envoyFilters: [filter("old", [patch("^1\\.29.*")])] },
      near: { pods: [pod("ps")], envoyFilters: [filter("old", [patch("^1\\.29.*"), patch("^1\\.30.*")])] },
    },
    {
      title: "for the whole mesh",
      hit: "filter-version EnvoyFilter istio-system/old",
      of: {
        pods: [pod("ps")],
        envoyFilters: [filter("old", [patch("1.2[0-9]\\..*")], {}, { namespace: "istio-system" })],
      },
      // Istio's charts bring one for each of many versions; nobody is in its reach; what proxies run cannot be told.
      near: {
        pods: [pod("ps"), pod("own", { proxy: "latest", namespace: "other" })],
        envoyFilters: [
          filter("stats-filter-1.13", [patch("^1\\.13.*")], {}, { namespace: "istio-system" }),
          filter("x", [patch("^1\\.13.*")], {}, { namespace: "istio-system", labels: { "istio.io/rev": "default" } }),
          filter("nobody", [patch("^1\\.13.*")], { workloadSelector: { labels: { app: "gone" } } }),
        ],
      },
    },
    {
      title: "one for each version, of which none is for what runs",
      hit: "filter-version EnvoyFilter dev701/of-29",
      of: { pods: [pod("ps")], envoyFilters: [filter("of-29", [patch("^1\\.29")])] },
      near: {
        pods: [pod("ps")],
        envoyFilters: [filter("of-29", [patch("^1\\.29")]), filter("of-30", [patch("^1\\.30")])],
      },
    },
    {
      title: "a pattern that is no pattern, or that only Go reads, is left alone",
      hit: "filter-version EnvoyFilter dev701/old",
      of: { pods: [pod("ps")], envoyFilters: [filter("old", [patch("^1\\.2")])] },
      near: {
        pods: [pod("ps")],
        envoyFilters: [filter("old", [patch("(?P<x>1\\.29)")]), filter("any", [patch(undefined)])],
      },
    },
    {
      title: "it refers to what a later one adds",
      hit: "filter-order EnvoyFilter dev701/a",
      of: { envoyFilters: [filter("a", [before("theirs")]), filter("b", [adds("theirs")], {}, young)] },
      near: {
        envoyFilters: [filter("a", [before("theirs")], { priority: 1 }), filter("b", [adds("theirs")], {}, young)],
      },
    },
    {
      title: "the root namespace's come first, unless their priority says otherwise",
      hit: "filter-order EnvoyFilter dev701/a",
      of: {
        envoyFilters: [
          filter("a", [before("theirs")]),
          filter("b", [adds("theirs")], { priority: 5 }, { namespace: "istio-system" }),
        ],
      },
      // What Istio itself brings is there; a name that nobody adds may be an extension's.
      near: {
        envoyFilters: [
          filter("a", [before("envoy.filters.http.router"), before("unknown")]),
          filter("b", [adds("envoy.filters.http.router")], {}, young),
          filter("c", [adds("own"), before("own")]),
          filter("d", [before("theirs")]),
          filter("e", [adds("theirs")], {}, { namespace: "istio-system", ...young }),
        ],
      },
    },
  ]);
});

const env = (name: string, value: string) => ({
  deployments: [
    {
      metadata: { name: "istiod", namespace: "istio-system" },
      spec: { template: { spec: { containers: [{ name: "discovery", env: [{ name, value }] }] } } },
    },
  ],
  configMaps: [],
  proxyConfigs: [],
});
const wanted = { allow: ["end-of-life"] };
const kiali = pod("kiali", { namespace: "kiali", proxy: undefined, labels: { "app.kubernetes.io/name": "kiali" } });

describe("doctor: settings", () => {
  itFinds([
    {
      title: "a variable of istiod that is read no more",
      hit: "setting-removed istiod's environment",
      of: { settings: env("ENABLE_AUTO_SNI", "false") },
      // This Istio still reads it.
      near: { settings: env("PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY", "true") },
    },
    {
      title: "by the mesh's configuration",
      hit: "setting-removed ConfigMap istio-system/istio",
      of: {
        settings: {
          ...env("X", ""),
          configMaps: [
            {
              metadata: { name: "istio", namespace: "istio-system" },
              data: { mesh: "defaultConfig: { proxyMetadata: { PROXY_XDS_DEBUG_VIA_AGENT: 'true' } }" },
            },
          ],
        },
      },
      near: { settings: env("PILOT_TRACE_SAMPLING", "1") },
    },
    {
      title: "Kiali in a namespace of its own",
      hit: "kiali-shut-out Namespace kiali",
      of: { pods: [kiali] },
      near: { pods: [kiali], settings: env("DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES", "monitoring,kiali") },
    },
    {
      title: "the same; versions before answer everybody, and so does a switch",
      hit: "kiali-shut-out Namespace kiali",
      of: { pods: [kiali], controlPlanes: [plane("1.28.4")], wanted },
      near: {
        pods: [kiali],
        controlPlanes: [plane("1.28.3")],
        wanted,
        settings: env("ENABLE_DEBUG_ENDPOINT_AUTH", "true"),
      },
    },
    {
      title: "the same; the switch that keeps them open",
      hit: "kiali-shut-out Namespace kiali",
      of: { pods: [kiali] },
      near: { pods: [kiali], settings: env("ENABLE_DEBUG_ENDPOINT_AUTH", "false") },
    },
  ]);
});
