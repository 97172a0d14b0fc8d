import { availableParallelism } from "node:os";
import { runSuite, runSuites, summaryOf } from "./run";
import { allSuites } from "./suites";

// `npm test`, or `npm test -- e2e/install unit` for some of the suites.

const minutes = Number(process.env["JAM_ISTIO_TEST_MINUTES"] ?? Infinity);
/** How long a suite may go on after the end of the budget. */
const graceMinutes = 5;
const asked = process.argv.slice(2);

async function main(): Promise<void> {
  const all = allSuites();
  const unknown = asked.filter((name) => !all.some((suite) => suite.name === name));
  if (unknown.length > 0 || Number.isNaN(minutes)) {
    const what =
      unknown.length > 0 ? `no suite ${unknown.join(", ")}. There are:` : "JAM_ISTIO_TEST_MINUTES is no number;";
    process.stderr.write(`error: ${what} ${all.map(({ name }) => name).join(", ")}\n`);
    process.exitCode = 2;
    return;
  }
  const suites = asked.length === 0 ? all : all.filter(({ name }) => asked.includes(name));
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      stop.abort(`stopped by ${signal}`);
    });
  // A suite that hangs must not cost the others their closing line.
  if (Number.isFinite(minutes))
    setTimeout(
      () => {
        stop.abort("it had not ended when the minutes of all suites were over, and is ended");
      },
      (minutes + graceMinutes) * 60_000,
    ).unref();
  const print = (text: string) => process.stdout.write(text);
  const width = Math.max(...suites.map(({ name }) => name.length));
  const lanes = Math.min(2, availableParallelism());
  const results = await runSuites(suites, { lanes, minutes }, async (suite) => {
    // The lines of two suites come side by side: each says whose it is.
    const say = (line: string) => {
      print(`${suite.name.padEnd(width)} │ ${line}\n`);
    };
    say("begins");
    const result = await runSuite(suite, say, stop.signal);
    say(`ended after ${String(result.seconds)} s`);
    return result;
  });
  print(summaryOf(results));
  process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
}

void main();
