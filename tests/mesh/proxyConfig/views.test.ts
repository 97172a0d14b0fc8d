import assert from "node:assert/strict";
import { readDump } from "../../../mesh/proxyConfig/dump";
import { endpointsOf } from "../../../mesh/proxyConfig/endpoints";
import {
  bootstrapView,
  certsView,
  clustersView,
  endpointsView,
  listenersView,
  routesView,
  type View,
} from "../../../mesh/proxyConfig/views";
import { recorded } from "./recorded";

const dump = readDump(recorded("config_dump"));
const cells = ({ rows }: View) => rows.map((row) => row.cells);

describe("proxy-config", () => {
  it("clusters: how they are found, what is spoken, and who made them", () => {
    const one = (host: string) => cells(clustersView(dump, host));
    assert.deepEqual(one("plain"), [
      [
        "plain.dev701.svc.cluster.local",
        "80",
        "",
        "outbound",
        "EDS",
        "HTTP/1.1 over TLS",
        "DestinationRule dev701/plain",
      ],
    ]);
    assert.deepEqual(one("doc-memcached2"), [
      [
        "doc-memcached2.dev701.svc.cluster.local",
        "11212",
        "",
        "outbound",
        "EDS",
        "HTTP/2",
        "Service dev701/doc-memcached2",
      ],
    ]);
    assert.deepEqual(one("db.example.com"), [
      ["db.example.com", "3306", "", "outbound", "STRICT_DNS", "HTTP/1.1", "a ServiceEntry of dev701"],
    ]);
  });

  it("routes: in Envoy's order, with the faults and the objects that made them", () => {
    assert.deepEqual(cells(routesView(dump, "ct-webapp")), [
      [
        "80",
        "ct-webapp.dev701.svc.cluster.local",
        "/*",
        "outbound|80||ct-webapp.dev701.svc.cluster.local",
        "answers 503 for 100 %",
        "VirtualService dev701/fault-service-ct-webapp-0000abcd",
      ],
    ]);
    const memcached = routesView(dump, "memcached").rows.filter(({ cells: [config] }) => config === "80");
    assert.deepEqual(
      memcached.map((row) => [row.cells[2], row.cells[4]]),
      [
        ["/slow", "waits 2s for 100 %"],
        ["/slow/*", "waits 2s for 100 %"],
        ["/*", ""],
      ],
    );
  });

  it("listeners: what each takes, and where that goes", () => {
    assert.deepEqual(cells(listenersView(dump, "db.example.com")), [
      ["0.0.0.0", "3306", "", "TCP to outbound|3306||db.example.com", ""],
    ]);
    assert.deepEqual(
      cells(listenersView(dump, "s3.eu-central-1.amazonaws.com")).map(([address, port, takes, to]) => [
        address,
        port,
        takes,
        to,
      ]),
      [
        ["0.0.0.0", "443", "SNI s3.eu-central-1.amazonaws.com", "TCP to outbound|443||s3.eu-central-1.amazonaws.com"],
        ["0.0.0.0", "80", "transport raw_buffer; ALPN http/1.1,h2c", "HTTP by routes 80"],
      ],
    );
  });

  it("endpoints: health and what failed there", () => {
    assert.deepEqual(cells(endpointsView(endpointsOf(recorded("clusters")), "plain")), [
      ["10.99.1.1:8080", "healthy", "3", "3", "0", "3", "outbound|80||plain.dev701.svc.cluster.local"],
    ]);
  });

  it("endpoints: why a proxy passes one over", () => {
    const host = {
      address: { socket_address: { address: "10.0.0.1", port_value: 80 } },
      health_status: { eds_health_status: "UNHEALTHY", failed_outlier_check: true },
    };
    const found = endpointsOf(JSON.stringify({ cluster_statuses: [{ name: "a", host_statuses: [host] }] }));
    assert.deepEqual(
      found.map(({ address, health }) => [address, health]),
      [["10.0.0.1:80", "unhealthy, ejected by outlier detection"]],
    );
  });

  it("certs: whose, and until when", () => {
    const cert = {
      serial_number: "0a",
      subject_alt_names: [{ uri: "spiffe://cluster.local/ns/dev701/sa/ps" }],
      days_until_expiration: "0",
      valid_from: "2026-11-26T10:00:00Z",
      expiration_time: "2026-11-27T10:00:00Z",
    };
    const text = JSON.stringify({ certificates: [{ ca_cert: [{ serial_number: "01" }], cert_chain: [cert] }] });
    assert.deepEqual(cells(certsView(text)), [
      ["authority", "", "01", "", "", ""],
      ["own", "spiffe://cluster.local/ns/dev701/sa/ps", "0a", "2026-11-26T10:00:00Z", "2026-11-27T10:00:00Z", "0"],
    ]);
  });

  it("bootstrap: who the proxy is", () => {
    assert.deepEqual(cells(bootstrapView(dump)).slice(0, 4), [
      ["node", "sidecar~10.99.0.1~app-1.dev701~dev701.svc.cluster.local"],
      ["cluster", "app.dev701"],
      ["Istio", "1.28.10"],
      ["namespace", "dev701"],
    ]);
  });
});
