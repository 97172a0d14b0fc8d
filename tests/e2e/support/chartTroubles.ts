import { closedPort } from "../../support/closedPort";
import type { Config } from "./instance";
import type { Lab } from "./lab";

/** What is wrong with a chart repository. */
export type Trouble = "down" | "hang" | "error" | "lacks";

/** What is said of each. */
export const reasons: Readonly<Record<Trouble, RegExp>> = {
  down: /cannot be reached: dial tcp 127\.0\.0\.1:\d+: connect: connection refused/,
  hang: /cannot be reached: no answer within 15 s/,
  error: /cannot be reached: HTTP 500/,
  lacks: /does not have this chart/,
};
export const troubles: readonly Trouble[] = ["down", "hang", "error", "lacks"];
/** The first line of the refusal. */
export const refusal = /error: stack \w+: charts that it needs cannot be had; nothing was changed:/;

/** Makes the repository misbehave while a body runs; gives the settings that name it. */
export async function inTrouble(lab: Lab, trouble: Trouble, body: (istio: Config) => Promise<void>): Promise<void> {
  const { charts } = lab;
  const elsewhere = { down: await closedPort(), lacks: `${charts.url}/kiali`, hang: undefined, error: undefined }[
    trouble
  ];
  if (trouble === "hang" || trouble === "error") charts.misbehave = trouble;
  try {
    await body(elsewhere === undefined ? {} : { chartRepository: elsewhere });
  } finally {
    charts.misbehave = "none";
  }
}
