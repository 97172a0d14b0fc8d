import assert from "node:assert/strict";
import { compareDumps } from "../../../mesh/proxyConfig/compare";
import { readDump, readSentDump } from "../../../mesh/proxyConfig/dump";
import { recorded } from "./recorded";

interface Entry {
  readonly cluster: { readonly name: string; connect_timeout?: string };
  error_state?: object;
}
interface Dump {
  readonly configs: { readonly "@type": string; dynamic_active_clusters?: Entry[] }[];
}

/** The recorded dump, with a change of its clusters. */
function changed(change: (clusters: Entry[]) => Entry[]) {
  const dump = JSON.parse(recorded("config_dump")) as Dump;
  for (const config of dump.configs)
    if (config.dynamic_active_clusters !== undefined)
      config.dynamic_active_clusters = change(config.dynamic_active_clusters);
  return readDump(JSON.stringify(dump));
}
const name = "outbound|80||plain.dev701.svc.cluster.local";
const rest = (clusters: Entry[]) => clusters.filter(({ cluster }) => cluster.name !== name);
const same = changed((clusters) => clusters);

describe("diff-config", () => {
  it("finds none between the same", () => {
    assert.deepEqual(
      compareDumps(
        same,
        changed((clusters) => clusters.reverse()),
      ),
      [],
    );
  });

  it("finds none where the control plane writes the names of fields in camel case, as newer ones do", () => {
    const camel = recorded("config_dump").replace(
      /"([a-z]+(?:_[a-z0-9]+)+)":/g,
      (_, key: string) => `"${key.replace(/_([a-z0-9])/g, (__, letter: string) => letter.toUpperCase())}":`,
    );
    assert.match(camel, /"dynamicActiveClusters":/);
    assert.equal(readSentDump(camel).clusters.length, same.clusters.length);
    assert.deepEqual(compareDumps(readSentDump(camel), same), []);
  });

  it("tells what the proxy lacks, what it has too much, what it has in another form", () => {
    const without = changed(rest);
    const other = changed((clusters) => {
      for (const { cluster } of clusters) if (cluster.name === name) cluster.connect_timeout = "1s";
      return clusters;
    });
    const [missing, extra, stale] = [
      compareDumps(same, without),
      compareDumps(without, same),
      compareDumps(same, other),
    ];
    const of = "DestinationRule dev701/plain";
    assert.deepEqual(missing, [{ what: "clusters", name, state: "missing", details: of }]);
    assert.deepEqual(extra, [{ what: "clusters", name, state: "extra", details: of }]);
    assert.deepEqual(stale, [{ what: "clusters", name, state: "stale", details: of }]);
  });

  it("what the proxy refused is said once, in Envoy's words", () => {
    const refused = changed((clusters) => {
      const [one] = clusters.filter(({ cluster }) => cluster.name === name);
      if (one !== undefined) one.error_state = { details: "no such extension" };
      return clusters;
    });
    assert.deepEqual(compareDumps(changed(rest), refused), [
      { what: "clusters", name, state: "rejected", details: "no such extension" },
    ]);
  });
});
