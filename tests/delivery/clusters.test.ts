import assert from "node:assert/strict";
import { byCluster, sharedNames } from "../../delivery/clusters";
import { jamIstio } from "../support/command";
import { StackRepository } from "./support/repository";

const stack = (name: string, context: string | undefined, controlPlane: "managed" | "shared" = "managed") => ({
  stack: name,
  kubernetes: { context, kubeconfig: undefined },
  istio: { controlPlane },
});

describe("the stacks by their cluster", () => {
  it("who owns the control plane comes before its guests, else by name", () => {
    const arn = "arn:aws:eks:eu-central-1:123456789012:cluster/prod";
    const all = [stack("a", arn, "shared"), stack("c", arn), stack("b", arn, "shared"), stack("d", undefined)];
    assert.deepEqual(byCluster(all), [
      { cluster: "arn-aws-eks-eu-central-1-123456789012-cluster-prod", stacks: ["c", "a", "b"] },
      { cluster: "default", stacks: ["d"] },
    ]);
    assert.deepEqual(byCluster([]), []);
  });

  it("two places that would have one name are a problem, the same place in many stacks is none", () => {
    assert.deepEqual(sharedNames([stack("a", "x/y"), stack("b", "x/y"), stack("c", "z"), stack("d", undefined)]), []);
    const [problem, ...others] = sharedNames([stack("a", "x/y"), stack("b", "x-y"), stack("c", "z")]);
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^context "x-y" \(stack b\) and context "x\/y" \(stack a\) would both be called x-y\. Give /,
    );
    const [unnamed] = sharedNames([stack("a", "default"), stack("b", undefined)]);
    assert.match(
      unnamed ?? "",
      /^context "default" \(stack a\) and no context \(stack b\) would both be called default\./,
    );
  });

  it("jam-istio stacks: all, or those that a change touches", async () => {
    const config = (version: string) =>
      `jam-istio:istio: {version: "${version}", controlPlane: shared}\njam-istio:kubernetes: {context: lab}`;
    const repository = await StackRepository.create({ one: config("1.4.6"), two: config("1.4.6") });
    try {
      repository.write({ two: config("1.4.10") });
      await repository.commit();
      const [all, changed, json] = await Promise.all(
        [[], ["--changed", "HEAD~1"], ["--changed", "HEAD~1", "--json"]].map((args) =>
          jamIstio(["stacks", ...args], {}, repository.folder),
        ),
      );
      assert.deepEqual([all?.stdout, changed?.stdout], ["lab: one two\n", "lab: two\n"]);
      assert.deepEqual(JSON.parse(json?.stdout ?? ""), [{ cluster: "lab", stacks: ["two"] }]);
      // It may have been deployed meanwhile.
      repository.write({ two: config("1.4.6") });
      await repository.commit();
      const back = await jamIstio(["stacks", "--changed", "HEAD~2"], {}, repository.folder);
      assert.equal(back.stdout, "lab: two\n", "what was taken back has to be deployed, too");
    } finally {
      repository.remove();
    }
  });
});
