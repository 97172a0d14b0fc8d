import assert from "node:assert/strict";
import { readDump } from "../../../mesh/proxyConfig/dump";
import { clustersView, listenersView, routesView, type View } from "../../../mesh/proxyConfig/views";

const cells = ({ rows }: View) => rows.map((row) => row.cells);

// The names of Envoy 1.12, which Istio 1.4 has: API v2, filters without the long prefix, resources without states.
const classic = JSON.stringify({
  configs: [
    {
      "@type": "type.googleapis.com/envoy.admin.v2alpha.ClustersConfigDump",
      dynamic_active_clusters: [
        {
          version_info: "1",
          cluster: {
            name: "outbound|11212||doc-memcached.dev701.svc.cluster.local",
            type: "EDS",
            http2_protocol_options: { max_concurrent_streams: 1073741824 },
          },
        },
      ],
    },
    {
      "@type": "type.googleapis.com/envoy.admin.v2alpha.ListenersConfigDump",
      dynamic_active_listeners: [
        {
          listener: {
            name: "0.0.0.0_80",
            address: { socket_address: { address: "0.0.0.0", port_value: 80 } },
            filter_chains: [
              {
                filters: [
                  {
                    name: "envoy.http_connection_manager",
                    typed_config: { rds: { route_config_name: "80" }, http_filters: [{ name: "envoy.router" }] },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
    {
      "@type": "type.googleapis.com/envoy.admin.v2alpha.RoutesConfigDump",
      dynamic_route_configs: [
        {
          route_config: {
            name: "80",
            virtual_hosts: [
              {
                domains: ["ct-webapp.dev701.svc.cluster.local", "ct-webapp"],
                routes: [
                  {
                    match: { prefix: "/" },
                    route: { cluster: "outbound|80||ct-webapp.dev701.svc.cluster.local" },
                    metadata: {
                      filter_metadata: {
                        istio: {
                          config:
                            "/apis/networking/v1alpha3/namespaces/dev701/virtual-service/fault-service-ct-webapp-0000abcd",
                        },
                      },
                    },
                    typed_per_filter_config: {
                      "envoy.fault": {
                        abort: { http_status: 503, percentage: { numerator: 250000, denominator: "MILLION" } },
                      },
                    },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
});

describe("proxy-config of a classic proxy", () => {
  const found = readDump(classic);

  it("is read as that of a modern one", () => {
    assert.deepEqual(
      cells(clustersView(found)).map((row) => row.slice(0, 6)),
      [["doc-memcached.dev701.svc.cluster.local", "11212", "", "outbound", "EDS", "HTTP/2"]],
    );
    assert.deepEqual(cells(listenersView(found)), [["0.0.0.0", "80", "", "HTTP by routes 80", ""]]);
    assert.deepEqual(
      cells(routesView(found)).map((row) => row.slice(2)),
      [
        [
          "/*",
          "outbound|80||ct-webapp.dev701.svc.cluster.local",
          "answers 503 for 25 %",
          "VirtualService dev701/fault-service-ct-webapp-0000abcd",
        ],
      ],
    );
  });
});
