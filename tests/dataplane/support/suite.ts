import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findTraffic } from "../../../lab/traffic";
import { describeWith, labMissing } from "../../e2e/support/engine";
import { World } from "./world";

const onPath = (name: string) =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));

const programs = findTraffic();

function missing(more: readonly string[]): string | undefined {
  if (programs.istiod === undefined) return "no istiod: npm run lab -- build traffic, or JAM_ISTIO_LAB_ISTIOD";
  if (programs.envoy === undefined) return "no Envoy: npm run lab -- build traffic, or JAM_ISTIO_ENVOY";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const tool = ["ip", "iptables", "setpriv", ...more].find((name) => !onPath(name));
  return tool === undefined ? labMissing("1.34") : `no ${tool} on PATH`;
}

/**
 * A suite whose requests go through a real Envoy that a real istiod configures; pending, with the reason, without them.
 * @param more programs that it needs beside the usual ones
 */
export function describeTraffic(
  title: string,
  suite: (world: () => World) => void,
  more: readonly string[] = [],
): void {
  describeWith(missing(more), `${title} (real istiod and Envoy)`, () => {
    let world: World | undefined;
    before(async () => {
      world = await World.start({ istiod: programs.istiod ?? "", envoy: programs.envoy ?? "" });
    });
    after(() => world?.stop());
    suite(() => {
      if (world === undefined) throw new Error("the world is not up");
      return world;
    });
  });
}

/** Prints what was measured, below the test's title. */
export function figure(text: string): void {
  process.stdout.write(`      measured: ${text}\n`);
}
