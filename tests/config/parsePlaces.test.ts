import assert from "node:assert/strict";
import { readStackFile } from "../../config/raw";
import { checkRows, classic } from "./config";
import { kubernetesName } from "./texts";

const good = { name: "good", hosts: ["a.example.com"], ports: [{ number: 1, protocol: "HTTPS" }] };
const bad = { name: "Bad", hosts: ["b.example.com"], ports: [{ number: 2, protocol: "HTTPS" }] };
const notAName = `"Bad" is not allowed. Allowed: ${kubernetesName}`;
const services = (...list: readonly object[]) => ({ ...classic, externalServices: list });

describe("settings: places, protocols, days", () => {
  checkRows([
    {
      name: "a wrong service does not move the place of the next",
      config: services(bad, { ...good, ports: [...good.ports, ...good.ports] }),
      problems: [`externalServices[0].name: ${notAName}`, "externalServices[1].ports: port 1 is listed twice"],
    },
    {
      name: "a fault on a service that is wrong by itself is not reported twice",
      config: {
        ...services(bad),
        faultInjection: { faults: [{ type: "externalHost", service: "Bad", everyone: true }] },
      },
      problems: [`externalServices[0].name: ${notAName}`],
    },
    {
      name: "MONGO with NONE and no addresses is refused like TCP",
      config: services({ ...good, resolution: "NONE", ports: [{ number: 27017, protocol: "MONGO" }] }),
      problems: [
        "externalServices[0].resolution: NONE with a TCP port and no addresses lets every destination on that port through; use DNS, or give addresses",
      ],
    },
    {
      name: "DNS with a range of addresses is refused, as the newest CRD does",
      config: services({ ...good, addresses: ["10.1.0.0/16"] }),
      problems: ["externalServices[0].addresses: ranges are for resolution: NONE; with DNS give single addresses"],
    },
    {
      name: "a day that does not exist is refused",
      config: { ...classic, faultInjection: { expires: "2026-02-30T00:00:00Z" } },
      problems: [
        'faultInjection.expires: "2026-02-30T00:00:00Z" is not allowed. Allowed: a time with its zone such as "2026-12-01T18:00:00Z", until 2099: a later year is a slip, as good as no end',
      ],
    },
    {
      name: "an unknown type of fault is named",
      config: { ...classic, faultInjection: { faults: [{ type: "flood" }] } },
      problems: [
        'faultInjection.faults[0].type: "flood" is not allowed. Allowed: a fault with type: httpAbort, httpDelay, tcpRedirect or externalHost',
      ],
    },
    {
      name: "a key with a line break stays in one line",
      config: { ...classic, mysql: { "x\ny": 1 } },
      problems: [
        'mysql: unknown key "x y", the nearest known one is "external" (known: external, externalHostName, addresses)',
      ],
    },
  ]);
});

describe("stack file", () => {
  it("an anchor that contains itself is one line", () => {
    assert.throws(() => readStackFile("config: {a: &x {b: *x}}"), {
      message: "an anchor contains itself, or it is nested too deeply",
    });
  });

  it("a day that does not exist is text, as for Pulumi", () => {
    assert.deepEqual(readStackFile("config: {jam-istio:a: 2026-02-30}").values, { "jam-istio:a": "2026-02-30" });
  });
});
