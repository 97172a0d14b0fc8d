import assert from "node:assert/strict";
import { helmCommands, judgeLettingGo, plainDescription, type ClusterHoldings } from "../../../mesh/moving/lettingGo";
import { settingsOf } from "../../support/settings";
import { record } from "../upgrade/gateSupport";

const ours = "jam-istio/dev701";
const istiod = (revision: number, more: Parameters<typeof record>[2] = {}) =>
  record("istiod", revision, { chart: "istiod", chartVersion: "1.30.3", description: ours, ...more });
const judged = (found: Partial<ClusterHoldings>, holdings: Partial<Parameters<typeof judgeLettingGo>[1]> = {}) =>
  judgeLettingGo("dev701", { held: [], planned: [], ...holdings }, { records: [], faults: [], ...found });
const names = ({ releases }: ReturnType<typeof judged>) => releases.map(({ name }) => name);

describe("letting go of a stack", () => {
  it("the newest revision of each release is named, and every revision with the mark loses it", () => {
    const records = [istiod(1, { status: "superseded" }), istiod(2, { description: `${ours} repaired 2026-11-26` })];
    const { releases, marked, refused } = judged({ records }, { held: ["istiod"] });
    assert.deepEqual(refused, []);
    assert.deepEqual(releases, [
      { name: "istiod", chart: "istiod", version: "1.30.3", revision: 2, status: "deployed" },
    ]);
    assert.deepEqual(
      marked.map(({ revision }) => revision),
      [1, 2],
    );
  });

  it("they come in the order in which they were deployed", () => {
    const records = [istiod(1, { modifiedAt: 20 }), record("istio-base", 1, { modifiedAt: 10, description: ours })];
    assert.deepEqual(names(judged({ records })), ["istio-base", "istiod"]);
  });

  it("a release without a mark is the stack's where its state, or its settings, have it", () => {
    const records = [istiod(1, { description: "Upgrade complete" })];
    assert.deepEqual(names(judged({ records })), []);
    assert.deepEqual(names(judged({ records }, { held: ["istiod"] })), ["istiod"]);
    assert.deepEqual(names(judged({ records }, { planned: ["istiod"] })), ["istiod"]);
  });

  it("another stack's release, and its mark, are left alone", () => {
    const records = [istiod(1, { description: "jam-istio/dev70" })];
    const { releases, marked } = judged({ records }, { planned: ["istiod"] });
    assert.deepEqual([releases, marked], [[], []]);
  });

  it("a rollback that Helm described keeps its words; the revision under it loses the mark", () => {
    const { marked } = judged({ records: [istiod(1), istiod(2, { description: "Rollback to 1" })] });
    assert.deepEqual(
      marked.map(({ revision }) => revision),
      [1],
    );
  });

  for (const [title, found, holdings, expected] of [
    [
      "active faults",
      { faults: ["VirtualService/fault-x"] },
      {},
      /faults are active \(VirtualService\/fault-x\): .* npx jam-istio mesh faults dev701 --off$/,
    ],
    [
      "a release that a run left half",
      { records: [istiod(2, { status: "pending-upgrade" })] },
      {},
      /release istiod is pending-upgrade: .* npx jam-istio up dev701$/,
    ],
    [
      "another cluster than the state's",
      { cluster: "b" },
      { madeIn: "a" },
      /another cluster .* set jam-istio:kubernetes back$/,
    ],
  ] as const)
    it(`${title}: refused, with the way out`, () => {
      const { refused } = judged(found, holdings);
      assert.equal(refused.length, 1);
      assert.match(refused[0] ?? "", expected);
    });

  it("a release that failed is let go of: plain Helm upgrades it", () => {
    assert.deepEqual(judged({ records: [istiod(2, { status: "failed" })] }).refused, []);
  });

  it("in the place of a mark comes what Helm would have said", () => {
    assert.deepEqual(
      [1, 2].map((revision) => plainDescription({ revision })),
      ["Install complete", "Upgrade complete"],
    );
  });
});

describe("the commands with which plain Helm goes on", () => {
  const release = { name: "istiod", chart: "istiod", version: "1.30.3", revision: 3, status: "deployed" };
  const commands = (istio: object, more: object = {}, which: object = {}) =>
    helmCommands([{ ...release, ...which }], settingsOf({ istio: { version: "1.30.3", ...istio }, ...more }));

  it("values come from the record, the chart from the official host", () => {
    assert.deepEqual(commands({}), [
      "helm get values istiod -o yaml --namespace istio-system > istiod-values.yaml",
      "helm upgrade istiod istiod --repo https://blob.istio.io/istio-release/charts --version 1.30.3 " +
        "-f istiod-values.yaml --namespace istio-system",
    ]);
  });

  it("from a registry, and from a folder", () => {
    const [, registry = ""] = commands({ chartRepository: "oci://example.com/charts" });
    assert.match(registry, /^helm upgrade istiod oci:\/\/example\.com\/charts\/istiod --version 1\.30\.3 /);
    const [, folder = ""] = commands({ chartRepository: "/old charts" });
    assert.match(folder, /^helm upgrade istiod '\/old charts\/istiod-1\.30\.3\.tgz' -f /);
  });

  it("of the layout that is deployed, not of the one that the settings want", () => {
    const [, command = ""] = commands({}, {}, { name: "istio", chart: "istio", version: "1.4.6" });
    assert.match(command, /--repo https:\/\/blob\.istio\.io\/istio-release\/releases\/1\.4\.6\/charts /);
  });

  it("Kiali's from its own host", () => {
    const kiali = { name: "kiali-server", chart: "kiali-server", version: "2.26.0" };
    assert.match(commands({}, {}, kiali)[1] ?? "", /--repo https:\/\/kiali\.org\/helm-charts --version 2\.26\.0 /);
    const own = { kiali: { chartRepository: "https://example.com/kiali" } };
    assert.match(commands({}, own, kiali)[1] ?? "", /--repo https:\/\/example\.com\/kiali /);
  });

  it("in the cluster of the stack", () => {
    const kubernetes = { context: "dev 701", kubeconfig: "./kubeconfig" };
    for (const line of commands({}, { kubernetes }))
      assert.match(line, /--namespace istio-system --kubeconfig \.\/kubeconfig --kube-context 'dev 701'/);
  });
});
