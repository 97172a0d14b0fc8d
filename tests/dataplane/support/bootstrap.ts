/** What it says of itself to istiod, and where that is. */
interface BootstrapOptions {
  /** Unix socket that leads to istiod. */
  readonly xds: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What an Envoy is started with, as Istio's agent would write it: istiod says all else. */
export function bootstrap(
  node: string,
  admin: string,
  { xds, namespace, labels, metadata: more }: BootstrapOptions,
): object {
  const version = "1.28.10";
  const metadata = { NAMESPACE: namespace, LABELS: labels, ISTIO_VERSION: version, CLUSTER_ID: "Kubernetes", ...more };
  return {
    node: { id: node, cluster: `app.${namespace}`, metadata: { ...metadata, INTERCEPTION_MODE: "REDIRECT" } },
    admin: { address: { pipe: { path: admin, mode: 0o666 } } },
    dynamic_resources: {
      ads_config: {
        api_type: "GRPC",
        transport_api_version: "V3",
        grpc_services: [{ envoy_grpc: { cluster_name: "xds-grpc" } }],
      },
      cds_config: { ads: {}, resource_api_version: "V3" },
      lds_config: { ads: {}, resource_api_version: "V3" },
    },
    static_resources: {
      clusters: [
        {
          name: "xds-grpc",
          type: "STATIC",
          connect_timeout: "5s",
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: "xds-grpc",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: xds } } } }] }],
          },
        },
      ],
    },
    stats_config: { stats_tags: [], use_all_default_tags: true },
  };
}
