import { messageOf } from "../../tools/errors";
import { findHelm } from "../../tools/helm";
import { mirrorFolder, noMirror } from "./mirror";

/** What not every machine has. */
export interface Machine {
  /** Folder of the chart mirror. */
  readonly mirror: string;
  readonly helm: string;
}
type Need = keyof Machine;

/** The chart mirror's folder, `undefined` on a machine without; looked for before any test points JAM_ISTIO_CACHE elsewhere. */
export const mirror = mirrorFolder();

let looked: Promise<string | { readonly reason: string }> | undefined;

/** Looks for Helm once, before any test points JAM_ISTIO_CACHE elsewhere. */
function lookForHelm() {
  looked ??= findHelm(() => undefined).catch((error: unknown) => ({
    reason: messageOf(error),
  }));
  return looked;
}

/**
 * A test that needs a part of the machine. Without it the test is pending and its title says why: it never passes.
 */
export function itNeeds(needs: readonly Need[], title: string, body: (machine: Machine) => Promise<void> | void): void {
  if (needs.includes("mirror") && mirror === undefined) {
    it(`${title} (pending: ${noMirror})`);
    return;
  }
  it(title, async function () {
    const helm = needs.includes("helm") ? await lookForHelm() : "";
    if (typeof helm !== "string") {
      if (this.test !== undefined) this.test.title = `${title} (pending: ${helm.reason})`;
      this.skip();
    }
    await body({ mirror: mirror ?? "", helm });
  });
}
