import assert from "node:assert/strict";
import { readTarget } from "../../../cli/operate/target";

describe("which instance a command works on", () => {
  it("is that of a stack, with its settings", () => {
    const { namespace, settings } = readTarget({ stack: "dev701" });
    assert.deepEqual([namespace, settings?.namespace], ["dev701", "dev701"]);
  });

  it("is a namespace in a context, without a stack", () => {
    assert.deepEqual(readTarget({ namespace: "shop", context: "blue" }), {
      address: { context: "blue", kubeconfig: undefined },
      namespace: "shop",
    });
  });

  it("must be said", () => {
    assert.throws(() => readTarget({ context: "blue" }), /which instance\? Name a stack, or give --namespace/);
  });

  it("is not said twice", () => {
    assert.throws(() => readTarget({ stack: "dev701", namespace: "shop" }), /--namespace: the stack dev701 says this/);
  });

  it("is not one without a stack file", () => {
    assert.throws(() => readTarget({ stack: "dev799" }), /there is no Pulumi\.dev799\.yaml/);
  });
});
