import assert from "node:assert/strict";
import { timeline, type ProfileEvent } from "./timeline";

const began = 1_000_000;
const of =
  (process: string) =>
  (event: ProfileEvent["event"], from: number, to: number, what?: string): ProfileEvent => ({
    ...{ event, process, pid: 1, from: began + from, to: began + to, cpu: 0.5 },
    ...(what === undefined ? {} : { what }),
  });
const program = of("/project/node_modules/@pulumi/pulumi/cmd/run --monitor");
const gate = of("/project/node_modules/@pulumi/pulumi/cmd/pulumi-resource-pulumi-nodejs 127.0.0.1:1");

describe("where the time of a run goes", () => {
  it("is told by process, and requests that overlap count once", () => {
    const rows = timeline(
      [
        program("begin", 300, 350),
        program("load", 800, 1000, "/project/bin/program.js"),
        gate("begin", 900, 950),
        gate("request", 1400, 1600, "GET /version"),
        gate("request", 1500, 1700, "GET /api/v1/pods"),
        program("end", 2000, 2000),
      ],
      began,
      began + 2500,
    );
    assert.deepEqual(
      rows.map(({ part, from, to }) => `${part}: ${String(from)} to ${String(to)}`),
      [
        "all of it: 0 to 2.5",
        "engine: until it starts the program: 0 to 0.3",
        "program: Node and Pulumi's SDK load: 0.3 to 0.8",
        "program: its own code loads: 0.8 to 1",
        "program: all of its process: 0.3 to 2",
        "engine: after the program's end: 2 to 2.5",
        "gates: until they ask the cluster: 0.9 to 1.4",
        "gates: 2 requests, 0.30 s with one under way: 1.4 to 1.7",
      ],
    );
  });
});
