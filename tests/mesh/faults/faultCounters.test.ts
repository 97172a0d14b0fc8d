import assert from "node:assert/strict";
import { countedSince, countersText, faultCounters, noFaultCounters } from "../../../mesh/faults/faultCounters";

// Envoy's lines are as Envoy 1.40 printed them. Istio's are written after its reference: no proxy of Istio's was at hand.
const envoy = [
  "# TYPE envoy_http_0_0_0_80__fault_aborts_injected counter",
  'envoy_http_0_0_0_80__fault_aborts_injected{envoy_http_conn_manager_prefix="outbound_0"} 7',
  'envoy_http_0_0_0_80__fault_delays_injected{envoy_http_conn_manager_prefix="outbound_0"} 2',
  'envoy_cluster_dev701_svc_cluster_local__upstream_cx_none_healthy{envoy_cluster_name="outbound|9000||fake-service"} 12',
  'envoy_cluster_invalid__upstream_cx_total{envoy_cluster_name="outbound|9000||fake-service-hang"} 3',
  'envoy_cluster_dev701_svc_cluster_local__upstream_cx_total{envoy_cluster_name="outbound|80||ct-webapp"} 99',
  'envoy_cluster_upstream_cx_total{cluster_name="xds-grpc"} 1',
].join("\n");

const request = (flags: string, count: number, more = "") =>
  `istio_requests_total{reporter="source",response_code="503",response_flags="${flags}",destination_service_name="ct-webapp"${more}} ${String(count)}`;

describe("how often faults were felt", () => {
  it("by Envoy's own counters", () => {
    assert.deepEqual(faultCounters(envoy), { aborted: 7, delayed: 2, cut: 15 });
  });

  it("by Istio's where there are any: they know nothing of others", () => {
    const istio = [
      request("FI", 5),
      request("DI", 4),
      request("DI,FI", 1),
      request("UH", 8),
      'istio_tcp_connections_opened_total{reporter="source",destination_service_name="fake-service"} 6',
      'istio_tcp_connections_opened_total{reporter="source",destination_service_name="fake-service-hang.invalid"} 2',
      'istio_tcp_connections_opened_total{reporter="source",destination_service_name="mysql"} 50',
    ].join("\n");
    assert.deepEqual(faultCounters(`${envoy}\n${istio}`), { aborted: 6, delayed: 5, cut: 8 });
  });

  it("of the called side nothing counts, and of nothing comes nothing", () => {
    assert.deepEqual(faultCounters(request("FI", 5).replace("source", "destination")), noFaultCounters);
    assert.deepEqual(faultCounters(""), noFaultCounters);
  });

  it("since an earlier count: pod by pod, a new pod whole, one that started anew from nothing", () => {
    const one = { aborted: 1, delayed: 2, cut: 3 };
    const many = { aborted: 100, delayed: 2, cut: 0 };
    assert.deepEqual(countedSince([["a", many]], [["a", one]]), { aborted: 99, delayed: 0, cut: 0 });
    assert.deepEqual(
      countedSince(
        [
          ["a", one],
          ["b", one],
        ],
        [["a", many]],
      ),
      { aborted: 2, delayed: 2, cut: 6 },
    );
    assert.deepEqual(countedSince([]), noFaultCounters);
    assert.equal(countersText(one), "1 requests aborted, 2 delayed, 3 calls led to nowhere");
  });
});
