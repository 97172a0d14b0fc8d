/** What a Node process of a run did, as `profile.js` writes it. Times in milliseconds since 1970. */
export interface ProfileEvent {
  readonly event: "begin" | "load" | "request" | "end";
  /** The first two arguments of the process. */
  readonly process: string;
  readonly pid: number;
  readonly from: number;
  readonly to: number;
  /** What was loaded, or asked for. */
  readonly what?: string;
  /** Seconds of a processor that the process had used by then. */
  readonly cpu: number;
}

/** A part of a run. Parts are at work beside each other: their seconds are no sum. */
export interface ProfileRow {
  readonly part: string;
  /** Since the run began, in seconds. */
  readonly from: number;
  readonly to: number;
  /** Seconds of a processor, of the process until then. */
  readonly cpu?: number;
}

const isProgram = ({ process }: ProfileEvent) => /\/cmd\/run(\/index\.js)?( |$)/.test(process);
const isGate = ({ process }: ProfileEvent) => process.includes("pulumi-resource-pulumi-nodejs");

/** Time in which at least one of them was under way, in milliseconds. */
function busy(events: readonly ProfileEvent[]): number {
  let [sum, until] = [0, 0];
  for (const { from, to } of [...events].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}

/**
 * Where the time of a run of Pulumi's goes, by what its Node processes wrote. What is between them is the engine's own.
 * @param began when the run began, @param ended when it ended: milliseconds since 1970
 */
export function timeline(events: readonly ProfileEvent[], began: number, ended: number): readonly ProfileRow[] {
  const row = (part: string, from: number, to: number, cpu?: number): ProfileRow => ({
    ...{ part, from: (from - began) / 1000, to: (to - began) / 1000 },
    ...(cpu === undefined ? {} : { cpu }),
  });
  const rows: ProfileRow[] = [row("all of it", began, ended)];
  const program = events.filter(isProgram);
  const [start, end] = [program.find(({ event }) => event === "begin"), program.at(-1)];
  if (start !== undefined && end !== undefined) {
    rows.push(row("engine: until it starts the program", began, start.from));
    const load = program.find(({ event, what }) => event === "load" && what?.endsWith("bin/program.js") === true);
    if (load !== undefined) {
      rows.push(row("program: Node and Pulumi's SDK load", start.from, load.from));
      rows.push(row("program: its own code loads", load.from, load.to, load.cpu));
    }
    rows.push(row("program: all of its process", start.from, end.to, end.cpu));
    rows.push(row("engine: after the program's end", end.to, ended));
  }
  const gate = events.filter(isGate);
  const [first, last] = [gate[0], gate.at(-1)];
  if (first !== undefined && last !== undefined) {
    const asked = gate.filter(({ event }) => event === "request");
    const [from, to] = [asked[0]?.from ?? last.to, Math.max(...asked.map((one) => one.to), first.from)];
    rows.push(row("gates: until they ask the cluster", first.from, from));
    if (asked.length > 0) rows.push(row(`gates: ${requests(asked)}`, from, to, last.cpu));
  }
  const other = program.filter(({ event }) => event === "request");
  if (other.length > 0)
    rows.push(row(`program: ${requests(other)}`, other[0]?.from ?? 0, Math.max(...other.map(({ to }) => to))));
  return rows;
}

const requests = (asked: readonly ProfileEvent[]) =>
  `${String(asked.length)} requests, ${(busy(asked) / 1000).toFixed(2)} s with one under way`;
