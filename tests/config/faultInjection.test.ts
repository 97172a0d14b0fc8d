import { checkRows, checkValid, classic, type Row } from "./config";
import { abort, external, faultInjection, faults, mysql, redirect, wait } from "./faultCases";
import { kubernetesName } from "./texts";

const host = kubernetesName;
const percentage = "0, or a number from 0.0001 to 100";
const path = "a path that starts with /; with * at its end whatever begins so";
const status = "a whole number from 200 to 599";
const delay = "a duration from 1ms to 1h, in whole milliseconds, such as 7s or 1m30s: no caller waits longer";
const port = "a whole number from 1 to 65535";
const time =
  'a time with its zone such as "2026-12-01T18:00:00Z", until 2099: a later year is a slip, as good as no end';

/** A row for one fault with one key that is refused. */
const wrong = (base: object, path: string, more: object, shown: string, allowed: string): Row => ({
  name: `${path}: ${shown} is refused`,
  config: { ...faults({ ...base, ...more }), mysql },
  problems: [`faultInjection.faults[0].${path}: ${shown} is not allowed. Allowed: ${allowed}`],
});

describe("settings: keys of faultInjection", () => {
  checkRows([
    {
      name: "enabled is a flag",
      config: faultInjection({ enabled: "no" }),
      problems: ['faultInjection.enabled: "no" is not allowed. Allowed: true or false'],
    },
    {
      name: "faults is a list",
      config: faultInjection({ faults: {} }),
      problems: ["faultInjection.faults: {} is not allowed. Allowed: a list of faults"],
    },
    {
      name: "a fault is a map",
      config: faultInjection({ faults: [3] }),
      problems: [
        "faultInjection.faults[0]: 3 is not allowed. Allowed: a fault with type: httpAbort, httpDelay, tcpRedirect or externalHost",
      ],
    },
    {
      name: "the section is a map",
      config: { ...classic, faultInjection: "on" },
      problems: [
        'faultInjection: "on" is not allowed. Allowed: a map with the keys enabled, expires, reaper, restartClients, faults',
      ],
    },
    ...[
      "tomorrow",
      "2026-12-01",
      "2026-12-01T18:00:00",
      "2026-13-01T18:00:00Z",
      "2026-12-01T25:00:00Z",
      "9999-12-31T23:59:59Z",
      "2100-01-01T00:00:00Z",
    ].map((text) => ({
      name: `expires: ${text} is refused`,
      config: faultInjection({ expires: text }),
      problems: [`faultInjection.expires: "${text}" is not allowed. Allowed: ${time}`],
    })),
    {
      name: "httpAbort needs host and httpStatus",
      config: faults({ type: "httpAbort", everyone: true }),
      problems: [
        `faultInjection.faults[0].host: missing. Allowed: ${host}`,
        `faultInjection.faults[0].httpStatus: missing. Allowed: ${status}`,
      ],
    },
    {
      name: "httpDelay needs host and fixedDelay",
      config: faults({ type: "httpDelay", everyone: true }),
      problems: [
        `faultInjection.faults[0].host: missing. Allowed: ${host}`,
        `faultInjection.faults[0].fixedDelay: missing. Allowed: ${delay}`,
      ],
    },
    {
      name: "tcpRedirect needs host and ports",
      config: faults({ type: "tcpRedirect", everyone: true }),
      problems: [
        `faultInjection.faults[0].host: missing. Allowed: ${host}`,
        "faultInjection.faults[0].ports: missing. Allowed: a list of port numbers",
      ],
    },
    {
      name: "externalHost needs service",
      config: faults({ type: "externalHost", everyone: true }),
      problems: [
        "faultInjection.faults[0].service: missing. Allowed: mysql, mail, bucket or a name from externalServices",
      ],
    },
    wrong(abort, "host", { host: "fake_service" }, '"fake_service"', host),
    wrong(abort, "prefix", { prefix: "auth" }, '"auth"', path),
    wrong(abort, "prefix", { prefix: "/auth?x=1" }, '"/auth?x=1"', path),
    wrong(abort, "httpStatus", { httpStatus: 199 }, "199", status),
    wrong(abort, "httpStatus", { httpStatus: 600 }, "600", status),
    wrong(abort, "httpStatus", { httpStatus: "503" }, '"503"', status),
    wrong(abort, "percentage", { percentage: 0.00009 }, "0.00009", percentage),
    wrong(abort, "percentage", { percentage: 100.1 }, "100.1", percentage),
    wrong(abort, "percentage", { percentage: -1 }, "-1", percentage),
    wrong(wait, "percentage", { percentage: "50" }, '"50"', percentage),
    wrong(wait, "fixedDelay", { fixedDelay: "0.9ms" }, '"0.9ms"', delay),
    wrong(wait, "fixedDelay", { fixedDelay: "9999h" }, '"9999h"', delay),
    wrong(wait, "fixedDelay", { fixedDelay: "1h1ms" }, '"1h1ms"', delay),
    wrong(wait, "fixedDelay", { fixedDelay: "7" }, '"7"', delay),
    wrong(wait, "fixedDelay", { fixedDelay: 7 }, "7", delay),
    wrong(wait, "fixedDelay", { fixedDelay: "1d" }, '"1d"', delay),
    wrong(redirect, "ports", { ports: [] }, "[]", "at least one port"),
    wrong(redirect, "ports", { ports: 11211 }, "11211", "a list of port numbers"),
    wrong(redirect, "ports[0]", { ports: [0] }, "0", port),
    wrong(redirect, "ports[1]", { ports: [1, 65536] }, "65536", port),
    wrong(external, "service", { service: "" }, '""', "mysql, mail, bucket or a name from externalServices"),
    wrong(external, "mode", { mode: "slow" }, '"slow"', "refuse or hang"),
    wrong(abort, "everyone", { everyone: 1 }, "1", "true or false"),
    wrong(abort, "sourceLabels", { sourceLabels: "ps" }, '"ps"', "labels of the calling pods, such as {app: ps}"),
    wrong(abort, "sourceLabels", { sourceLabels: {} }, "{}", "at least one label"),
    wrong(abort, "sourceLabels.app", { sourceLabels: { app: 5 } }, "5", "a string"),
    {
      name: "an unknown key of a fault names the nearest",
      config: faults({ ...abort, httpStatuss: 503 }),
      problems: [
        'faultInjection.faults[0]: unknown key "httpStatuss", the nearest known one is "httpStatus" (known: type, host, prefix, httpStatus, percentage, sourceLabels, everyone)',
      ],
    },
  ]);
  checkValid([
    {
      name: "0, 0.0001 and 100 percent are valid",
      config: faults(
        { ...abort, prefix: "/a", percentage: 0 },
        { ...wait, prefix: "/b", percentage: 0.0001 },
        { ...wait, percentage: 100 },
      ),
    },
    {
      name: "1ms, 1m30s and 1h are valid",
      config: faults(
        { ...wait, prefix: "/a", fixedDelay: "1ms" },
        { ...wait, prefix: "/b", fixedDelay: "1m30s" },
        { ...wait, fixedDelay: "1h" },
      ),
    },
    {
      name: "200, 599 and port 65535 are valid",
      config: faults(
        { ...abort, prefix: "/a", httpStatus: 200 },
        { ...abort, httpStatus: 599 },
        { ...redirect, ports: [65535] },
      ),
    },
  ]);
});
