import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Test files that run in a process of their own. */
export interface Suite {
  readonly name: string;
  /** Files or patterns for mocha. */
  readonly files: readonly string[];
  /** How long it takes beside another one on two slow cores, in minutes, rounded up; decides what still fits into a budget. */
  readonly minutes: number;
  /** Whether it is said how much of the program's code it runs; only of what runs in its own process. */
  readonly coverage?: boolean;
}

const tests = join(__dirname, "..");

/** The end-to-end and traffic suites by worth: what a user would miss first comes first. With their minutes. */
const byWorth: readonly (readonly [string, number])[] = [
  ["e2e/install", 6],
  ["e2e/upgrade", 8],
  ["e2e/faults", 13],
  ["e2e/refused", 7],
  ["dataplane/http", 2],
  ["dataplane/connections", 3],
  ["dataplane/sharedPort", 2],
  ["e2e/adopt", 20],
  ["e2e/interrupted", 24],
  ["e2e/unfinished", 9],
  ["e2e/faultsOff", 12],
  ["e2e/canary", 7],
  ["e2e/doctor", 12],
  ["e2e/drift", 5],
  ["e2e/fleet", 6],
  ["dataplane/why", 6],
  ["dataplane/drills", 4],
  ["dataplane/proxyLog", 4],
  ["dataplane/capture", 4],
  ["dataplane/interrupted", 12],
  ["e2e/repair", 7],
  ["e2e/shared", 3],
  ["e2e/release", 10],
  ["e2e/rehearseAdoption", 8],
  ["e2e/rehearseObjects", 5],
  ["e2e/network", 5],
  ["e2e/upgradeNotes", 4],
  ["e2e/mirror", 2],
  ["e2e/upgradePath", 4],
  ["e2e/upgradeNotesIstiods", 4],
  ["e2e/badInput", 3],
  ["e2e/command", 5],
  ["e2e/failed", 4],
  ["e2e/parts", 3],
  ["e2e/policy", 3],
  ["e2e/pods", 3],
  ["e2e/istiod", 3],
  ["e2e/faultsRefused", 3],
  ["e2e/faultsMeet", 3],
  ["e2e/faultsClassic", 3],
  ["e2e/admission", 2],
  ["e2e/config", 1],
  ["e2e/lab", 3],
  ["dataplane/doctor", 2],
  ["dataplane/doctorRunning", 2],
  ["dataplane/proxyConfig", 2],
  ["dataplane/commands", 3],
  ["e2e/faultsHelpers", 8],
  ["e2e/chartHosts", 15],
  ["e2e/faultsAgain", 6],
  ["e2e/chartHostsClassic", 8],
  ["e2e/platform", 25],
];
/** Of a suite that is not in the list. */
const usual = 4;

const unit: Suite = {
  name: "unit",
  files: readdirSync(tests, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["e2e", "dataplane"].includes(entry.name))
    .map(({ name }) => name)
    .filter((name) =>
      readdirSync(join(tests, name), { recursive: true }).some((file) => /\.test\.ts$/.test(String(file))),
    )
    .map((name) => `tests/${name}/**/*.test.ts`),
  minutes: 8,
  coverage: process.env["JAM_ISTIO_TEST_COVERAGE"] === "1",
};

/** All suites in the order in which they are begun; a file that nobody listed comes last, never not at all. */
export function allSuites(): readonly Suite[] {
  const found = ["e2e", "dataplane"].flatMap((folder) =>
    readdirSync(join(tests, folder))
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => `${folder}/${file.slice(0, -".test.ts".length)}`),
  );
  const listed = byWorth.map(([name]) => name);
  const unknown = listed.filter((name) => !found.includes(name));
  if (unknown.length > 0) throw new Error(`tests/runner/suites.ts lists what is not there: ${unknown.join(", ")}`);
  const names = [...listed, ...found.filter((name) => !listed.includes(name)).sort()];
  const minutes = new Map(byWorth);
  const suites = names.map((name) => ({
    name,
    files: [`tests/${name}.test.ts`],
    minutes: minutes.get(name) ?? usual,
  }));
  return [unit, ...suites];
}
