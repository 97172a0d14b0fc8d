import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster } from "../../../../../cluster/client/kubernetesClient";
import { ReadIstiod, type IstiodOptions } from "../../../../../lab/istiods/istiod";
import { builtIstiod } from "../../../../../lab/istiods/programs";
import { askForProxy } from "../../../../../lab/istiods/proxyDump";
import { fixtures } from "../../../../mesh/upgradeNotes/fixtures";
import { all } from "../../../../mesh/upgradeNotes/fixtures/make";
import { groupedBy } from "../../../../../mesh/upgradeNotes/look";
import { createPlaced } from "../create";
import { placed, prefixOf, type Case, type Placed } from "../placed";
import type { Asked, IstiodCase, Mode } from "./case";

/** What the istiods said of one side of a case, by minor. */
export type Said = ReadonlyMap<string, unknown>;

const sides = ["hit", "miss"] as const;
type Side = (typeof sides)[number];

/** The objects of a side: of the fixture, and what they need. */
function someOf({ id, more = {}, near }: IstiodCase, side: Side): Case {
  const fixture = fixtures[id];
  if (fixture === undefined) throw new Error(`${id} has no fixture`);
  const own = side === "miss" ? (near ?? fixture.miss) : fixture.hit;
  return { id, side, some: all(own, more) };
}

const ownHost = ({ id, side }: Case) => `.${id}-${side}.example.com`;

/** Hosts and namespaces in what objects say, so that no side of a case meets another. */
function apart(one: Case, { object, ...rest }: Placed): Placed {
  const things = Object.values(one.some).flat() as readonly { readonly metadata: { readonly namespace?: string } }[];
  const names = [...new Set(things.map(({ metadata }) => metadata.namespace))].filter((name) => name !== undefined);
  const { metadata, ...said } = object;
  let text = JSON.stringify(said).replaceAll(".example.com", ownHost(one));
  for (const name of names)
    text = text
      .replaceAll(`.${name}.svc`, `.${prefixOf(one)}${name}.svc`)
      .replaceAll(`"${name}/`, `"${prefixOf(one)}${name}/`);
  return { ...rest, object: { ...(JSON.parse(text) as object), metadata } };
}

const spaceOf = (one: Case) => (name: string) => `${prefixOf(one)}${name}`;

/** Creates the objects of all cases. @returns what the API server refused, a line each */
export async function createCases(cluster: Cluster, cases: readonly IstiodCase[]): Promise<readonly string[]> {
  const objects = cases.flatMap((row) =>
    sides.flatMap((side) => {
      const one = someOf(row, side);
      const others = (row.besides?.(spaceOf(one)) ?? []).map(({ path, ...object }) => ({ path, stage: 0, object }));
      return [...placed(one).map((thing) => apart(one, thing)), ...others];
    }),
  );
  return createPlaced(cluster, objects);
}

/** The CRDs of the Gateway API that are there no longer have the versions that 1.21 reads: it would wait for them for ever. */
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "1.21": { PILOT_ENABLE_GATEWAY_API: "false" },
};

const modeOf = ({ mode = {}, missMode }: IstiodCase, side: Side): Mode => (side === "miss" ? (missMode ?? mode) : mode);

/** Asks istiods of the minors that the cases need about both sides of each, one istiod after another. */
export async function askAll(cluster: Cluster, kubeconfig: string, cases: readonly IstiodCase[]): Promise<Said> {
  const said = new Map<string, unknown>();
  const wanted = cases.flatMap((row) =>
    sides.flatMap((side) =>
      [row.from, row.to ?? "1.31"].map((minor) => ({ row, side, minor, mode: modeOf(row, side) })),
    ),
  );
  const runs = groupedBy(wanted, ({ minor, mode }) => JSON.stringify([minor, mode]));
  for (const group of [...runs.values()]) {
    const [{ minor, mode } = { minor: "", mode: {} }] = group;
    const program = builtIstiod(`${minor}.0`)?.path ?? "";
    const istiod = await ReadIstiod.start({ program, kubeconfig, ...mode, env: { ...own[minor], ...mode.env } });
    try {
      for (const { row, side } of group) {
        const asked = askedOf(cluster, istiod, someOf(row, side), minor);
        const startsWith = (keys: readonly string[]) => starts({ program, kubeconfig, env: own[minor] }, keys);
        said.set(keyOf(row, side, minor), await row.see({ ...asked, startsWith }, side));
      }
    } finally {
      await istiod.stop();
    }
  }
  return said;
}

/** Key of what was said. */
export const keyOf = ({ id }: IstiodCase, side: Side, minor: string) => `${id} ${side} ${minor}`;

async function starts(options: IstiodOptions, keys: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-cacerts-"));
  for (const key of keys) writeFileSync(join(folder, key), "x");
  try {
    await (await ReadIstiod.start({ ...options, env: { ...options.env, ROOT_CA_DIR: folder } })).stop();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function askedOf(cluster: Cluster, istiod: ReadIstiod, one: Case, minor: string): Omit<Asked, "startsWith"> {
  const space = spaceOf(one);
  return {
    istiod,
    space,
    host: (name) => `${name}${ownHost(one)}`,
    get: async (path) => JSON.parse(await cluster.send("GET", path)) as unknown,
    dump: (proxy = {}) =>
      askForProxy(istiod, {
        ...{ kind: "sidecar", namespace: space("dev"), pod: "caller", address: "10.99.9.9", version: `${minor}.0` },
        ...proxy,
      }),
  };
}
