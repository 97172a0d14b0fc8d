import type { MergedValues } from "./merged";
import { isTruthy, joinParts, type Part, type Row } from "./rows";
import { Taker } from "./taker";

const tcpEntry = 'port name tcp-<number>; exportTo ["."], so that no other instance gets it';
const bucketEntry =
  "TLS by its name on 443 and HTTP on 80, in the place of TCP, which took every destination on these ports; the buckets' own " +
  "hosts (*.s3.…) too";

const changed = (entry: string, file: string, why: string): Row => ({
  old: `ServiceEntry ${entry}`,
  file,
  outcome: "changed",
  why,
});

/** In quotes or not, a template wrote the same; what is no number stays, to be named. */
const portOf = (value: unknown) => (Number.isNaN(Number(value)) ? value : Number(value));

const usual = { outcome: "default" as const };

/**
 * The database, or the mail server.
 * @param entry name of its ServiceEntry
 * @param port the key of its port and the usual one, where it can be told
 */
function host(values: MergedValues, name: "mysql" | "mail", entry: string, port?: readonly [string, number]): Part {
  const taker = new Taker(values);
  const path = (key: string) => `jam.${name}.${key}`;
  const isOn = isTruthy(values.peek(path("external")));
  const row = (key: string): Omit<Row, "old" | "file"> =>
    isOn
      ? { outcome: "carried", to: `${name}.${key}` }
      : { outcome: "left out", why: `${path("external")} is not true, so there was no entry` };
  const file = values.fileOf(path("external"));
  taker.take([path("external")], () => (isOn ? row("external") : usual));
  const externalHostName = taker.take([path("externalHostName")], () => row("externalHostName"));
  const [portKey = "", usualPort] = port ?? [];
  const isUsual = (value: unknown) => value === undefined || portOf(value) === usualPort;
  const number = taker.take([path(portKey)], (value) => (isOn && isUsual(value) ? usual : row(portKey)));
  if (!isOn) return { config: {}, rows: taker.rows, problems: [] };
  const section = {
    external: true,
    ...(externalHostName === undefined ? {} : { externalHostName }),
    ...(isUsual(number) ? {} : { [portKey]: portOf(number) }),
  };
  return { config: { [name]: section }, rows: [...taker.rows, changed(entry, file, tcpEntry)], problems: [] };
}

function dataStorage(values: MergedValues): Part {
  const taker = new Taker(values);
  const file = values.fileOf("jam.dataStorage.mode");
  const isAws = values.peek("jam.dataStorage.mode") === "aws";
  const row = (key: string): Omit<Row, "old" | "file"> =>
    isAws
      ? { outcome: "carried", to: `dataStorage.${key}` }
      : { outcome: "left out", why: "jam.dataStorage.mode is not aws, so there was no entry" };
  const [mode, region] = ["mode", "region"].map((key) => taker.take([`jam.dataStorage.${key}`], () => row(key)));
  if (!isAws) return { config: {}, rows: taker.rows, problems: [] };
  const section = { mode, ...(region === undefined ? {} : { region }) };
  return {
    config: { dataStorage: section },
    rows: [...taker.rows, changed("bucket", file, bucketEntry)],
    problems: [],
  };
}

/**
 * The instance's namespace and the services outside the mesh.
 * @param stack the new stack's name, which is the namespace by default
 */
export function instancePart(values: MergedValues, stack: string): Part {
  const taker = new Taker(values);
  const namespace = taker.take(["jam.namespace"], (value) =>
    value === stack ? usual : { outcome: "carried", to: "namespace" },
  );
  const config = namespace === undefined || namespace === stack ? {} : { namespace };
  return joinParts([
    { config, rows: taker.rows, problems: [] },
    host(values, "mysql", "mysql"),
    dataStorage(values),
    host(values, "mail", "smtp", ["externalHostPort", 587]),
  ]);
}
