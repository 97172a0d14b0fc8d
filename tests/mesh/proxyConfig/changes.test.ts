import assert from "node:assert/strict";
import { changesOf } from "../../../mesh/proxyConfig/changes";
import type { ProxyDump } from "../../../mesh/proxyConfig/dump";
import type { Json } from "../../../mesh/proxyConfig/json";

const dump = (parts: Partial<Record<"clusters" | "listeners" | "routes", readonly Json[]>>): ProxyDump => ({
  ...{ bootstrap: {}, clusters: [], listeners: [], routes: [], endpoints: [], rejected: [], fixed: new Set() },
  ...parts,
});

const config = (kind: string, name: string) => ({
  filter_metadata: { istio: { config: `/apis/networking.istio.io/v1alpha3/namespaces/dev/${kind}/${name}` } },
});

describe("what two control planes send to the same proxy", () => {
  it("is the same where only the version of an object's API differs", () => {
    const before = { name: "a", metadata: config("destination-rule", "web") };
    const path = "/apis/networking.istio.io/v1/namespaces/dev/destination-rule/web";
    const after = { name: "a", metadata: { filter_metadata: { istio: { config: path } } } };
    const { changed, gone, come } = changesOf(dump({ clusters: [before] }), dump({ clusters: [after] }));
    assert.deepEqual([changed, gone, come], [[], [], []]);
  });

  it("names what is gone and what is new, with its object", () => {
    const { counts, gone, come } = changesOf(
      dump({ clusters: [{ name: "v1", metadata: config("destination-rule", "web") }] }),
      dump({ clusters: [{ name: "v2" }, { name: "v3" }] }),
    );
    assert.deepEqual(counts.clusters, [1, 2]);
    assert.deepEqual(gone, [{ what: "clusters", name: "v1", object: "DestinationRule dev/web" }]);
    assert.deepEqual(
      come.map(({ name }) => name),
      ["v2", "v3"],
    );
  });

  it("tells a field that changed in the same way everywhere once, and the rare change before it", () => {
    const cluster = (name: string, remaining: boolean, threshold?: number) => ({
      name,
      circuit_breakers: { thresholds: [{ max_requests: 1, ...(remaining ? { track_remaining: true } : {}) }] },
      ...(threshold === undefined ? {} : { common_lb_config: { healthy_panic_threshold: { value: threshold } } }),
    });
    const before = dump({ clusters: [cluster("a", true), cluster("b", true), cluster("c", true)] });
    const after = dump({ clusters: [cluster("a", false), cluster("b", false, 0), cluster("c", false)] });
    assert.deepEqual(changesOf(before, after).changed, [
      {
        ...{ what: "clusters", field: "common_lb_config", after: '{"healthy_panic_threshold":{"value":0}}' },
        ...{ places: ["b"], objects: [] },
      },
      {
        ...{ what: "clusters", field: "circuit_breakers.thresholds[].track_remaining", before: "true" },
        ...{ places: ["a", "b", "c"], objects: [] },
      },
    ]);
  });

  it("finds the element of a list by its name, wherever it stands, and names the object nearest to the change", () => {
    const routes = (retryOn: string, ...order: readonly string[]) =>
      dump({
        routes: [
          {
            name: "80",
            virtual_hosts: order.map((name) => ({
              name,
              routes: [
                {
                  ...{ name: "default", metadata: config("virtual-service", name) },
                  route: { retry_policy: { retry_on: name === "web" ? retryOn : "5xx" } },
                },
              ],
            })),
          },
        ],
      });
    assert.deepEqual(changesOf(routes("503", "web", "api"), routes("cancelled", "api", "web")).changed, [
      {
        ...{ what: "routes", field: "virtual_hosts[].routes[].route.retry_policy.retry_on" },
        ...{ before: "503", after: "cancelled", places: ["80 web default"], objects: ["VirtualService dev/web"] },
      },
    ]);
  });

  it("compares a list of texts as a whole", () => {
    const host = (...domains: readonly string[]) =>
      dump({ routes: [{ name: "80", virtual_hosts: [{ name: "web", domains }] }] });
    const [change] = changesOf(host("Web"), host("web", "web:80")).changed;
    assert.deepEqual([change?.before, change?.after], ['["Web"]', '["web","web:80"]']);
  });
});
