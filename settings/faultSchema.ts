import { z } from "zod";
import { milliseconds } from "./duration";
import { flag, kubernetesName, list, map, text, whole, word } from "./fields";

/** Pulumi hands an unquoted YAML timestamp over in Go's notation; both forms are accepted. */
const goTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d) \S+$/;

/** A time as written, turned into ISO 8601; `undefined` where it is none. */
export function parseTime(value: string): string | undefined {
  const go = goTime.exec(value);
  const iso = go === null ? value : `${go[1] ?? ""}T${go[2] ?? ""}${go[3] ?? ""}:${go[4] ?? ""}`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(iso)) return undefined;
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(iso.slice(0, 10))) return undefined;
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

const lastYear = 2099;

const expires = text({
  allowed: `a time with its zone such as "2026-12-01T18:00:00Z", until ${String(lastYear)}: a later year is a slip, as good as no end`,
  describe: "When the faults end: past it the next `up` removes them.",
  test: (value) => {
    const time = parseTime(value);
    return time !== undefined && new Date(time).getUTCFullYear() <= lastYear;
  },
}).transform((value) => parseTime(value) ?? value);

const percentageText = "0, or a number from 0.0001 to 100";
const percentage = z
  .number({ error: () => percentageText })
  .refine((value) => value === 0 || (value >= 0.0001 && value <= 100), { error: () => percentageText })
  .meta({ description: "Share of the requests that are hit, in percent.", allowed: percentageText });

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

const common = {
  sourceLabels: z
    .record(z.string(), z.string({ error: () => "a string" }), {
      error: () => "labels of the calling pods, such as {app: ps}",
    })
    .refine((labels) => Object.keys(labels).length > 0, { error: () => "at least one label" })
    .refine((labels) => Object.entries(labels).every(([key, value]) => labelKey.test(key) && labelValue.test(value)), {
      error: () => "labels as Kubernetes has them: at most 63 of letters, digits, -, _ and ., no others at the ends",
    })
    .meta({ description: "Only callers with these labels feel the fault.", allowed: "labels, such as {app: ps}" })
    .optional(),
  everyone: flag("Every caller in the namespace feels the fault. Needed where `sourceLabels` is not given.").optional(),
};
const host = kubernetesName("The Service in the instance's namespace that is faulted.");
const prefix = text({
  allowed: "a path that starts with /; with * at its end whatever begins so",
  describe:
    "Only this path is hit, and what lies below it: /auth and /auth/login, not /authors. /auth* hits whatever begins so.",
  test: (value) => /^\/[^\s?#*]*\*?$/.test(value),
}).optional();

const kind = <const T extends string>(name: T) => z.literal(name).meta({ description: "The kind of fault." });

const httpAbort = map(
  {
    type: kind("httpAbort"),
    host,
    prefix,
    httpStatus: whole(200, 599, "The status that callers get."),
    percentage: percentage.default(100),
    ...common,
  },
  "Requests end with an HTTP status.",
);
const httpDelay = map(
  {
    type: kind("httpDelay"),
    host,
    prefix,
    fixedDelay: text({
      allowed: "a duration from 1ms to 1h, in whole milliseconds, such as 7s or 1m30s: no caller waits longer",
      describe: "How long each request waits.",
      test: (value) => milliseconds(value) >= 1 && milliseconds(value) <= 3_600_000,
    }),
    percentage: percentage.default(100),
    ...common,
  },
  "Requests are delayed.",
);
const tcpRedirect = map(
  {
    type: kind("tcpRedirect"),
    host,
    ports: list(whole(1, 65535, "A port of the Service."), "The ports that are cut.", "a list of port numbers").min(1, {
      error: () => "at least one port",
    }),
    ...common,
  },
  "Connections are closed at once.",
);
const externalHost = map(
  {
    type: kind("externalHost"),
    service: text({
      allowed: "mysql, mail, bucket or a name from externalServices",
      describe: "The external service that fails.",
    }),
    mode: word(["refuse", "hang"], "Whether connections are refused or hang.").default("refuse"),
    ...common,
  },
  "An external service fails.",
);

/** One fault; `type` decides the other keys. */
export const fault = z
  .discriminatedUnion("type", [httpAbort, httpDelay, tcpRedirect, externalHost], {
    error: () => "a fault with type: httpAbort, httpDelay, tcpRedirect or externalHost",
  })
  .meta({
    description: "One fault; `type` decides the other keys.",
    allowed: "type: httpAbort, httpDelay, tcpRedirect or externalHost",
  });

/** Section `jam-istio:faultInjection`. */
export const faultInjection = map(
  {
    enabled: flag("Whether the faults are active.").default(false),
    expires: expires.optional(),
    reaper: flag(
      "Whether a Job in the cluster ends the faults at `expires`, with the right to delete just these. Its image is that of a live sidecar; where it does not run, no fault is injected.",
    ).default(false),
    restartClients: flag(
      "Whether the calling workloads are restarted once the faults are active, without waiting for them. Not needed: new connections feel a fault at once.",
    ).default(false),
    faults: list(fault, "The faults, in the order in which their rules apply.", "a list of faults").default([]),
  },
  "Faults injected on purpose, and removed again.",
).prefault({});
