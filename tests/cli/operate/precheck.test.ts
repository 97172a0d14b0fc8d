import assert from "node:assert/strict";
import { list, useApi } from "../../support/apiServer";
import { jamIstio } from "../../support/command";

// The command as a person runs it, against a stand-in for the API.

const system = "/apis/apps/v1/namespaces/istio-system/deployments";
const labels = { app: "istiod" };
const spec = { containers: [{ name: "discovery", image: "docker.io/istio/pilot:1.23.6" }] };
const istiod = {
  metadata: { name: "istiod", namespace: "istio-system", labels },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
};
const rule = (name: string, exportTo: readonly string[]) => ({
  metadata: { name, namespace: "dev" },
  spec: { host: "web", exportTo },
});
const networking = "/apis/networking.istio.io";

describe("precheck", () => {
  const api = useApi();
  const run = (...args: readonly string[]) => jamIstio(["precheck", ...args], { KUBECONFIG: api.kubeconfig });

  /** Istio 1.23.6 with these DestinationRules; the rest is not installed, and no release of Helm's is there. */
  const answer = (...rules: readonly object[]) => {
    api.answers = {
      "GET /version": { major: "1", minor: "30" },
      [`GET ${system}`]: list(istiod),
      "GET /api/v1/namespaces/istio-system/pods": list(),
      [`GET ${networking}`]: { kind: "APIGroup", versions: [{ groupVersion: "networking.istio.io/v1" }] },
      [`GET ${networking}/v1`]: { kind: "APIResourceList", resources: [{ name: "destinationrules" }] },
      [`GET ${networking}/v1/destinationrules`]: list(...rules),
      "GET /api/v1/namespaces/istio-system/secrets": list(),
    };
  };

  it("names what a step hits with its object, the way out and the link, and ends with 1", async () => {
    answer(rule("a", ["*"]), rule("b", ["."]));
    const { code, stdout } = await run("--context", "fake", "--to", "1.24.6");
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^fake, Kubernetes 1\.30: Istio 1\.23\.6 to 1\.24\.6\n/);
    assert.match(stdout, /refused 24-05: .*\n.*DestinationRule dev\/a is for web.*\n.*DestinationRule dev\/b/);
    assert.match(stdout, /or acknowledge: istio\.allow: \["upgrade:24-05"\]\n +see https:/);
    assert.match(
      stdout,
      /24-11 is not judged in full: what cannot be read: Helm's records in istio-system \(none of istiod\)/,
    );
    assert.match(stdout, /\n1 refusal, 0 warnings/);
  });

  it("ends with 3 where something may not be read, and prints the same as JSON", async () => {
    answer();
    const { code, stdout } = await run("--context", "fake", "--to", "1.24.6", "--json");
    const report = JSON.parse(stdout) as {
      readonly summary: object;
      readonly hops: readonly { readonly to: string }[];
    };
    assert.deepEqual([code, report.hops.map(({ to }) => to)], [3, ["1.24.6"]]);
  });

  it("--path goes to the newest version, a line for each step", async () => {
    answer(rule("a", ["*"]), rule("b", ["."]));
    const { stdout } = await run("--context", "fake", "--path");
    assert.match(stdout, /1\.23\.6 → 1\.24\.6, support ends 24 Jun 2025\n {2}first mend or acknowledge 24-05\n/);
    assert.match(stdout, /\n1\.30\.4 → 1\.31\.1\n/);
  });

  it("says everything that is wrong with what was typed, and asks nobody", async () => {
    const { code, stderr } = await run("dev701", "--context", "fake", "--markdown", "--json");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /--context: the stack names its own[^]*--to <version> is missing[^]*--markdown and --json: one of them/,
    );
    assert.deepEqual(api.asked, []);
    const wrong = await run("--context", "fake", "--to", "1.5.0");
    assert.match(wrong.stderr, /"1\.5\.0" is no version that a step can lead to\. Allowed: 1\.12\.0 and newer/);
  });

  it("says where no Istio runs, or a newer one", async () => {
    api.answers = { [`GET ${system}`]: list(), "GET /api/v1/namespaces/istio-system/pods": list() };
    assert.match(
      (await run("--context", "fake", "--to", "1.24.6")).stderr,
      /no control plane whose version can be read/,
    );
    answer();
    assert.match((await run("--context", "fake", "--to", "1.23.6")).stderr, /Istio 1\.23\.6 runs already/);
  });
});
