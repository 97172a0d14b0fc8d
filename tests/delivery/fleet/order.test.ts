import assert from "node:assert/strict";
import { orderOf } from "../../../delivery/fleet/order";

const placed = (stack: string, context: string, controlPlane: "managed" | "shared") => ({
  stack,
  kubernetes: { context, kubeconfig: undefined },
  istio: { controlPlane },
});

const fleet = [
  placed("guest1", "a", "shared"),
  placed("guest2", "a", "shared"),
  placed("owner", "a", "managed"),
  placed("prod", "b", "managed"),
];

const textOf = (isFirst: (stack: string) => boolean) =>
  orderOf(fleet, isFirst).map(({ stack, cluster, owner, first }) =>
    [stack, cluster, ...(owner ? ["owner"] : []), ...(first ? ["first"] : [])].join(" "),
  );

describe("the order of a fleet", () => {
  it("cluster by cluster, who owns the control plane before its guests", () => {
    assert.deepEqual(
      textOf(() => false),
      ["owner a owner", "guest1 a", "guest2 a", "prod b owner"],
    );
  });

  it("those to be tried first come before all others, with the owner of their control plane", () => {
    assert.deepEqual(
      textOf((stack) => stack === "guest2"),
      ["owner a owner first", "guest2 a first", "guest1 a", "prod b owner"],
    );
    assert.deepEqual(
      textOf((stack) => stack === "prod"),
      ["prod b owner first", "owner a owner", "guest1 a", "guest2 a"],
    );
  });
});
