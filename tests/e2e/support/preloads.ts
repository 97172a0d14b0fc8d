import { join } from "node:path";
import { repository } from "./engine";

/** The environment in which Node.js takes it for so much later. */
export const laterEnv = (seconds: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--require ${join(repository, "tests", "support", "later.js")}`,
  JAM_ISTIO_TEST_LATER: String(seconds),
});

/** The same, and the command stops at what it says there: it is killed exactly then. */
export const stoppingEnv = (seconds: number, moment: string): Readonly<Record<string, string>> => {
  const { NODE_OPTIONS = "", ...later } = laterEnv(seconds);
  return {
    ...later,
    NODE_OPTIONS: `${NODE_OPTIONS} --require ${join(repository, "tests", "support", "stopAt.js")}`,
    JAM_ISTIO_TEST_STOP_AT: moment,
  };
};
