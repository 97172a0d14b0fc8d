import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalGroup } from "../../tools/signalGroup";
import type { Suite } from "./suites";

/** What became of a suite. */
export interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** The tests that failed, each with its error. */
  readonly failures?: readonly { readonly title: string; readonly message: string }[];
  /** Why it was not run. */
  readonly pending?: string;
}

/** What the reporter writes of a suite that came to its end. */
type Figures = Pick<Result, "passed" | "failed" | "skipped" | "failures">;

/** Hands over whole lines. */
function byLine(print: (line: string) => void) {
  let rest = "";
  return {
    add: (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(print);
    },
    end: () => {
      if (rest !== "") print(rest);
    },
  };
}

const mocha = require.resolve("mocha/bin/mocha.js");
const c8 = require.resolve("c8/bin/c8.js");
const colour = process.stdout.isTTY ? "--color" : "--no-color";

/**
 * Runs a suite in a process of its own and hands over what it prints, by line.
 * @param signal ends the process at once; its reason is printed, and the suite counts as failed
 */
export function runSuite(suite: Suite, print: (line: string) => void, signal: AbortSignal): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-test-"));
  const figures = join(folder, "figures.json");
  const began = Date.now();
  return new Promise((resolve) => {
    const output = byLine(print);
    const measured = suite.coverage === true ? [c8, "--temp-directory", join(folder, "c8"), process.execPath] : [];
    const child = spawn(process.execPath, [...measured, mocha, colour, ...suite.files], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, JAM_ISTIO_TEST_FIGURES: figures },
      // A group of its own, that ends with all that it began.
      detached: true,
    });
    const end = () => {
      print(`${suite.name}: ${String(signal.reason)}`);
      signalGroup(child, "SIGKILL");
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", output.add);
    child.on("error", ({ message }) => {
      print(`${suite.name}: ${message}`);
    });
    child.on("close", (code) => {
      signal.removeEventListener("abort", end);
      output.end();
      const seconds = Math.round((Date.now() - began) / 1000);
      // A process that ends without its figures, or not well with none failed, did not run its tests.
      let counts: Figures = { passed: 0, failed: 1, skipped: 0 };
      try {
        counts = JSON.parse(readFileSync(figures, "utf8")) as Figures;
      } catch {
        print(`${suite.name}: its process ended with exit code ${String(code)} before its tests did`);
      }
      if (code !== 0 && counts.failed === 0) counts = { ...counts, failed: 1 };
      rmSync(folder, { recursive: true, force: true });
      resolve({ name: suite.name, ...counts, seconds });
    });
  });
}

/** How suites are run. */
export interface Plan {
  /** How many at the same time. */
  readonly lanes: number;
  /** What all may take, in minutes: a suite that would not be done by then is not begun. */
  readonly minutes: number;
}

/** After how many foreseen minutes of suites that ended it is known how fast the machine is. */
const pacedAfter = 10;

/** Runs suites side by side in their order; one that no longer fits is pending, with the reason. */
export async function runSuites(
  suites: readonly Suite[],
  { lanes, minutes }: Plan,
  run: (suite: Suite) => Promise<Result>,
  now: () => number = Date.now,
): Promise<readonly Result[]> {
  const began = now();
  const waiting = [...suites];
  const results: Result[] = [];
  const ended = { taken: 0, foreseen: 0 };
  // The minutes in the list are a slow machine's; what has ended tells how fast this one is.
  const pace = () => (ended.foreseen < pacedAfter ? 1 : ended.taken / ended.foreseen);
  const lane = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
      const begin = now();
      const spent = (begin - began) / 60_000;
      const takes = Math.ceil(suite.minutes * pace());
      if (spent + takes > minutes) {
        const pending = `${spent.toFixed(0)} of ${minutes.toFixed(0)} minutes are spent, it takes ${String(takes)}`;
        results.push({ name: suite.name, passed: 0, failed: 0, skipped: 1, seconds: 0, pending });
        continue;
      }
      results.push(await run(suite));
      ended.taken += (now() - begin) / 60_000;
      ended.foreseen += suite.minutes;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** Up to how many characters of an error stand at the end; all of it stands where the test ran. */
const errorLimit = 1500;

/** A test that failed: a log of an hour is read from its end, and may be cut. */
const failureLines = (name: string, title: string, message: string): readonly string[] => {
  const text = message.length > errorLimit ? `${message.slice(0, errorLimit)} …` : message;
  return [`  ${name}: ${title}`, ...text.split("\n").map((line) => `      ${line}`)];
};

/** What stands at the end: each suite's time, what failed, and the closing line. */
export function summaryOf(results: readonly Result[]): string {
  const sum = (pick: (result: Result) => number) => results.reduce((total, result) => total + pick(result), 0);
  const lines = [...results]
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ name, seconds, pending, ...counts }) => {
      const time = `${String(Math.floor(seconds / 60)).padStart(4)}:${String(seconds % 60).padStart(2, "0")}`;
      if (pending !== undefined) return `      –  ${name}: pending, ${pending}`;
      const { passed, failed, skipped } = counts;
      const more = [failed > 0 ? `, ${String(failed)} failed` : "", skipped > 0 ? `, ${String(skipped)} skipped` : ""];
      return `${time}  ${name}: ${String(passed)} passed${more.join("")}`;
    });
  const total = `${String(sum((r) => r.passed))} passed, ${String(sum((r) => r.failed))} failed, ${String(sum((r) => r.skipped))} skipped`;
  const failures = results.flatMap(({ name, failed, failures: ofIt = [] }) =>
    failed > 0 && ofIt.length === 0
      ? [`  ${name}: its process did not come to its end, see its lines above`]
      : ofIt.flatMap(({ title, message }) => failureLines(name, title, message)),
  );
  const failed = failures.length > 0 ? ["", "what failed:", ...failures] : [];
  return ["", "how long each suite took, in minutes and seconds:", ...lines, ...failed, "", total, ""].join("\n");
}
