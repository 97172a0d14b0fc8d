/**
 * FaultInjection: what the program registers for the settings' faults. Mocks prove no more: that they are refused, made and
 * taken out is shown in tests/e2e/faults*.test.ts, what they do in tests/dataplane.
 */
import assert from "node:assert/strict";
import type { FaultObject } from "../../mesh/faults/faultObjects";
import { objectsOf } from "../../render/objects";
import { record } from "../../render/record";
import { find } from "../support/recording";
import { external, settingsOf } from "../support/settings";

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true },
  { type: "tcpRedirect", host: "memcached", ports: [11211], sourceLabels: { app: "ps" } },
];
const stack = (faultInjection: object) =>
  settingsOf({ istio: { version: "1.30.3" }, ...external, faultInjection: { faults, ...faultInjection } });
const isFaults = ({ urn }: { readonly urn: string }) => urn.includes("FaultInjection");

describe("FaultInjection", () => {
  it("is not there while it is off", async () => {
    const { registrations, outputs } = await record(stack({ enabled: false }));
    assert.deepEqual(registrations.filter(isFaults), []);
    assert.deepEqual(outputs.activeFaults, []);
  });

  it("comes last, after the rollout: one gate, which owns the objects", async () => {
    const recording = await record(stack({ enabled: true }));
    const names = recording.registrations
      .filter(isFaults)
      .map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);
    assert.deepEqual(names, ["FaultInjection faults", "FaultGate fault-gate"]);
    const gate = find(recording, "FaultGate fault-gate");
    assert.ok(gate.dependencies.some((urn) => urn.endsWith("SidecarRollout::sidecar-rollout")));
    assert.deepEqual(recording.outputs.activeFaults, ["httpAbort/ct-webapp", "tcpRedirect/memcached"]);
  });

  it("its objects are rendered, what they lead to first", async () => {
    const { registrations } = await record(stack({ enabled: true }));
    const objects = registrations.filter(isFaults).flatMap(objectsOf) as unknown as readonly FaultObject[];
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[0-9a-f]{8}$/, "")}`),
      ["Service fake-service", "VirtualService fault-service-ct-webapp", "VirtualService fault-service-memcached"],
    );
    const starts = new Set(objects.map(({ metadata }) => metadata.annotations["jam-istio/start"]));
    assert.deepEqual([...starts], ["when up runs"]);
  });

  it("a reaper and a restart are there where they are asked for", async () => {
    const more = { enabled: true, expires: "2099-01-01T00:00:00Z", reaper: true, restartClients: true };
    const { registrations } = await record(stack(more));
    const kinds = registrations.filter(isFaults).flatMap(objectsOf);
    for (const kind of ["Job", "Role", "RoleBinding", "ServiceAccount"])
      assert.ok(
        kinds.some((one) => one.kind === kind),
        kind,
      );
    assert.ok(registrations.some(({ name }) => name === "client-restart"));
  });

  it("past their end the gate alone is there: it remembers them", async () => {
    const { registrations, outputs } = await record(stack({ enabled: true, expires: "2020-01-01T00:00:00Z" }));
    assert.deepEqual(
      registrations.filter(isFaults).map(({ name }) => name),
      ["faults", "fault-gate"],
    );
    assert.deepEqual(outputs.activeFaults, []);
  });
});
