import type { Manifest } from "./create";

// A shop of four applications, as Istio's own sample is made: a gateway, routes, subsets, one application in three versions; and
// the entries of an instance as this program writes them.

const namespace = "shop";
const port = 9080;

const versions: Readonly<Record<string, readonly string[]>> = {
  productpage: ["v1"],
  details: ["v1"],
  reviews: ["v1", "v2", "v3"],
  ratings: ["v1"],
};

const workload = (app: string, version: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: `${app}-${version}`, namespace, labels: { app, version } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app, version } },
    template: {
      metadata: { labels: { app, version } },
      spec: {
        serviceAccountName: `shop-${app}`,
        containers: [{ name: app, image: `registry.example.com/shop/${app}:1`, ports: [{ containerPort: port }] }],
      },
    },
  },
});

const istio = (kind: string, name: string, spec: object) => ({
  apiVersion: "networking.istio.io/v1",
  kind,
  metadata: { name, namespace },
  spec,
});

const application = ([app, all]: readonly [string, readonly string[]]): readonly Manifest[] => [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: `shop-${app}`, namespace } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: app, namespace, labels: { app, service: app } },
    spec: { ports: [{ port, name: "http" }], selector: { app } },
  },
  ...all.map((version) => workload(app, version)),
  istio("DestinationRule", app, {
    host: app,
    subsets: all.map((version) => ({ name: version, labels: { version } })),
  }),
];

const external = (name: string, host: string, number: number, protocol: string) =>
  istio("ServiceEntry", name, {
    hosts: [host],
    exportTo: ["."],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [{ number, name: protocol.toLowerCase(), protocol }],
  });

const to = (host: string, subset: string) => [{ destination: { host, subset } }];

/** How many workloads the sample has. */
export const workloads = Object.values(versions).flat().length;

/** Everything of it, the namespace first. */
export const sample: readonly Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
  ...Object.entries(versions).flatMap(application),
  istio("Gateway", "shop", {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  }),
  istio("VirtualService", "shop", {
    hosts: ["*"],
    gateways: ["shop"],
    http: [
      {
        match: [{ uri: { exact: "/productpage" } }, { uri: { prefix: "/static" } }],
        route: [{ destination: { host: "productpage", port: { number: port } } }],
      },
    ],
  }),
  istio("VirtualService", "reviews", {
    hosts: ["reviews"],
    http: [
      { match: [{ headers: { "end-user": { exact: "jason" } } }], route: to("reviews", "v2") },
      { route: to("reviews", "v1") },
    ],
  }),
  external("mysql", "db.example.com", 3306, "TCP"),
  external("bucket", "data.s3.eu-central-1.amazonaws.com", 443, "TLS"),
];
