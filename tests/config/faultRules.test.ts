import assert from "node:assert/strict";
import { checkRows, checkValid, settingsOf } from "./config";
import { abort, external, faultInjection, faults, mysql, redirect, wait } from "./faultCases";

const whom = "say whom it hits: sourceLabels with the callers' labels, or everyone: true, not both";

describe("settings: rules over faultInjection", () => {
  const noService = (allowed: string) =>
    `faultInjection.faults[0].service: "mysql" is no external service of this stack. Allowed: ${allowed}`;
  checkRows([
    {
      name: "a reaper needs an end",
      config: faultInjection({ reaper: true }),
      problems: ["faultInjection.expires: missing: faultInjection.reaper ends the faults at that time"],
    },
    {
      name: "enabled without faults",
      config: faultInjection({ enabled: true }),
      problems: ["faultInjection.faults: missing: faultInjection.enabled is true; list the faults, or set it to false"],
    },
    {
      name: "fake-service itself is no host",
      config: faults({ ...redirect, host: "fake-service" }),
      problems: ['faultInjection.faults[0].host: "fake-service" is where faults lead to; choose another Service'],
    },
    {
      name: "a port twice",
      config: faults({ ...redirect, ports: [1, 2, 1] }),
      problems: ["faultInjection.faults[0].ports: port 1 is listed twice"],
    },
    {
      name: "a rule that an earlier one hides",
      config: faults(abort, { ...wait, prefix: "/auth" }),
      problems: [
        "faultInjection.faults[1]: would never act: faults[0] (httpAbort/ct-webapp) comes first and takes all its calls; put the narrower one first, or leave one out",
      ],
    },
    {
      name: "rules that cross",
      config: faults({ ...abort, prefix: "/auth" }, { ...wait, everyone: undefined, sourceLabels: { app: "ps" } }),
      problems: [
        "faultInjection.faults[1]: overlaps with faults[0] (httpAbort/ct-webapp/auth), and the first one that matches wins: give them sourceLabels or paths that have nothing in common",
      ],
    },
    {
      name: "enabled is refused in production",
      config: { ...faultInjection({ enabled: true, faults: [abort] }), production: "true" },
      problems: ["faultInjection.enabled: true is not allowed on a production instance"],
    },
    {
      name: "an external host has to be one of the stack's",
      config: faults(external),
      problems: [noService("none is configured")],
    },
    {
      name: "the external services that exist are named",
      config: {
        ...faults(external),
        mail: { external: true, externalHostName: "m.example.com" },
        dataStorage: { mode: "aws", region: "eu-central-1" },
        externalServices: [{ name: "geo", hosts: ["geo.example.com"], ports: [{ number: 443, protocol: "TLS" }] }],
      },
      problems: [noService("mail, bucket, geo")],
    },
    {
      name: "a fault without callers is refused",
      config: faults({ ...abort, everyone: false }),
      problems: [`faultInjection.faults[0]: ${whom}`],
    },
    {
      name: "a fault with callers and everyone is refused",
      config: faults({ ...wait, sourceLabels: { app: "ps" } }),
      problems: [`faultInjection.faults[0]: ${whom}`],
    },
  ]);
  checkValid([
    {
      name: "callers by their labels are valid",
      config: faults({ ...abort, sourceLabels: { app: "ps" }, everyone: false }),
    },
    { name: "an external host of the stack is valid", config: { ...faults(external), mysql } },
  ]);

  it("every kind of fault gets its defaults", () => {
    const { faultInjection: read } = settingsOf({
      ...faults({ ...abort, prefix: "/a" }, wait, redirect, external),
      mysql,
    });
    assert.deepEqual(read, {
      enabled: false,
      reaper: false,
      restartClients: false,
      faults: [
        { ...abort, prefix: "/a", percentage: 100 },
        { ...wait, percentage: 100 },
        redirect,
        { ...external, mode: "refuse" },
      ],
    });
  });
});
