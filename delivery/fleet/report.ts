import { z } from "zod";

/** What may have become of a stack. */
export const outcomes = {
  waiting: "its turn has not come",
  running: "it is at work; in a report of a run that has ended: that run was killed meanwhile",
  done: "it went through",
  found: "it went through, and there is something to do: out of date, drifted, faults active",
  failed: "it was refused or failed",
  stopped: "it was stopped by hand",
  skipped: "it went through in the run that this one goes on with, and its inputs are the same",
  "not begun": "it was not begun, why says because of what",
} as const;

export type Outcome = keyof typeof outcomes;

/** What the fleet can be asked for. */
export const fleetCommands = ["preview", "up", "status", "drift", "faults"] as const;

export type FleetCommand = (typeof fleetCommands)[number];

const time = z.string().describe("ISO 8601, UTC");

const row = z.strictObject({
  stack: z.string(),
  cluster: z.string().describe("name of its cluster, as `jam-istio stacks` prints it"),
  owner: z.boolean().describe("whether it owns its cluster's control plane"),
  first: z.boolean().describe("whether it is one of those that are tried before all others (--first)"),
  inputs: z.string().describe("digest of the stack file and of the program"),
  outcome: z.enum(Object.keys(outcomes) as [Outcome, ...Outcome[]]).describe(
    Object.entries(outcomes)
      .map(([name, text]) => `${name}: ${text}`)
      .join("; "),
  ),
  what: z
    .string()
    .optional()
    .describe("the outcome in a line: what changed, what was found, why it failed or was not begun"),
  details: z.array(z.string()).optional().describe("what was found, a line each"),
  code: z.int().optional().describe("exit code of its own command"),
  began: time.optional(),
  seconds: z.number().optional().describe("how long it took"),
  log: z.string().optional().describe("file with what it printed for people, in the folder of logs"),
  output: z.string().optional().describe("file with what it printed as JSON, in the folder of logs"),
});

/** The report of a run over the fleet: what `--json` prints, and `report.json` in the folder of logs. */
export const fleetReport = z.strictObject({
  form: z.literal("jam-istio fleet 1"),
  command: z.enum(fleetCommands),
  state: z.enum(["running", "ended", "stopped"]).describe("stopped: by hand, before every stack had its turn"),
  began: time,
  seconds: z.number().describe("how long it took until now, or until its end"),
  parallel: z.int().describe("how many stacks at the same time"),
  maxFailures: z.int().optional().describe("after how many failures no stack is begun any more; absent: never"),
  logs: z.string().describe("folder of the logs"),
  stacks: z.array(row).describe("in their order"),
});

export type FleetRow = Readonly<z.infer<typeof row>>;
export type FleetReport = Readonly<z.infer<typeof fleetReport>>;

/** JSON Schema of a report, for those who read it. */
export function fleetSchema(): unknown {
  return {
    title: "Report of jam-istio fleet",
    ...(z.toJSONSchema(fleetReport, { target: "draft-7" }) as object),
  };
}

/** Reads an earlier run's report. @throws Error where it is none */
export function parseReport(text: string): FleetReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("it is no JSON");
  }
  const { data, error } = fleetReport.safeParse(value);
  if (data === undefined)
    throw new Error(`it is no report of jam-istio fleet: ${z.prettifyError(error).split("\n")[0] ?? ""}`);
  return data;
}
