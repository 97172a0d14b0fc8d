import * as semver from "semver";
import { isMap } from "../config/raw";
import { overlay } from "../mesh/install/helmReleases";
import { layoutOf } from "../mesh/istio/releases";
import { sections } from "../settings/schema";
import type { MergedValues } from "./merged";
import type { Dependency, OldValues } from "./oldFiles";
import type { Part, Row } from "./rows";
import { Taker } from "./taker";

/** The part of the mesh, and a passphrase that stood in clear. */
export interface MeshPart extends Part {
  readonly passphrase?: string;
}

type Version = Pick<Part, "rows" | "problems"> & { readonly version?: string };

function versionOf(dependency: Dependency | undefined, given: string | undefined): Version {
  if (given !== undefined) return { version: given, rows: [], problems: [] };
  if (dependency === undefined)
    return { rows: [], problems: ["Istio's version is not told: give the umbrella's Chart.yaml, or --istio-version"] };
  const { chart, version } = dependency;
  if (semver.valid(version) === null) {
    const text = `Chart.yaml: dependency ${chart} has the range "${version}": give its Chart.lock too, or --istio-version`;
    return { rows: [], problems: [text] };
  }
  const row: Row = { old: `dependencies: ${chart}`, file: "Chart.yaml", outcome: "carried", to: "istio.version" };
  return { version, rows: [row], problems: [] };
}

const carriedUnless = (usual: string, to: string) => (value: unknown) =>
  value === usual ? { outcome: "default" as const } : { outcome: "carried" as const, to };

const textOf = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const nonEmpty = (values: OldValues) => Object.keys(values).length > 0;

/** What becomes of Kiali's passphrase: one that the settings would not take is not kept either. */
function passphraseRow(passphrase: string, isModern: boolean): Omit<Row, "old" | "file"> {
  if (isModern) return { outcome: "left out", why: "in the modern layout Kiali logs in with a token" };
  if (!sections.kialiPassphrase.safeParse(passphrase).success)
    return { outcome: "left out", why: "it has less than 8 characters: a new one is made, 32 characters long" };
  return { outcome: "carried", to: "kialiPassphrase", why: "as a secret, never in clear" };
}

/** What is left below the chart's key, and the umbrella's own `global`, which Helm lays over the chart's. */
function leftValues(
  values: MergedValues,
  key: string,
  rows: Row[],
): { readonly left: OldValues; readonly problems: readonly string[] } {
  const to = (path: string) => `istio.values${path.startsWith("global.") ? `.${path}` : path.slice(key.length)}`;
  const paths = [...values.leftBelow(key), ...values.leftBelow("global")];
  rows.push(...paths.map((path): Row => ({ old: path, file: values.fileOf(path), outcome: "carried", to: to(path) })));
  const [own = {}, global] = [values.take(key), values.take("global")];
  if (!isMap(own)) return { left: {}, problems: [`${key}: is no map`] };
  return { left: isMap(global) ? overlay(own, { global }) : own, problems: [] };
}

/**
 * Istio's version, registry and values, and Kiali.
 * @param dependencies of the umbrella chart
 * @param given a version that a person names
 */
export function meshPart(
  values: MergedValues,
  dependencies: readonly Dependency[],
  given: string | undefined,
): MeshPart {
  const dependency = dependencies.find(({ chart }) => chart === "istio");
  const key = dependency?.key ?? "istio";
  const { version = "", ...told } = versionOf(dependency, given);
  const taker = new Taker(values);
  // The old chart's own defaults; charts of the modern layout have no such switches.
  const isModern = layoutOf(version) === "modern";
  const kiali = taker.flag(`${key}.kiali.enabled`, isModern, true, "kiali.enabled");
  const gateways = taker.flag(`${key}.gateways.enabled`, !isModern, false, "istio.values.gateways.enabled");
  const ofKiali = (name: string) => [`${key}.kiali.dashboard.${name}`, `jam.kiali.${name}`];
  const username = textOf(taker.take(ofKiali("username"), carriedUnless("admin", "kiali.username")));
  const passphrase = textOf(taker.take(ofKiali("passphrase"), (value) => passphraseRow(textOf(value), isModern)));
  const secretName = "istio.values.kiali.dashboard.secretName";
  const own = textOf(taker.take([`${key}.kiali.dashboard.secretName`], carriedUnless("kiali", secretName)));
  const hub = textOf(taker.take(["global.hub", `${key}.global.hub`], carriedUnless("docker.io/istio", "istio.hub")));
  const tag = textOf(
    taker.take(["global.tag", `${key}.global.tag`], carriedUnless(version, "istio.values.global.tag")),
  );
  const { left, problems } = leftValues(values, key, taker.rows);
  if (isModern && nonEmpty(left)) {
    const why = `the values below ${key} are for the chart istio, which ends with 1.5; the version given is ${version}`;
    return {
      config: {},
      rows: [],
      problems: [...told.problems, ...problems, `${why}. Give the version that runs; upgrade after`],
    };
  }
  const istioValues = [
    gateways ? { gateways: { enabled: true } } : {},
    tag === "" || tag === version ? {} : { global: { tag } },
    own === "" || own === "kiali" ? {} : { kiali: { dashboard: { secretName: own } } },
  ].reduce<OldValues>((base, over) => overlay(base, over), left);
  const kialiSection = {
    ...(kiali ? {} : { enabled: false }),
    ...(["", "admin"].includes(username) ? {} : { username }),
  };
  return {
    config: {
      istio: {
        version,
        ...(["", "docker.io/istio"].includes(hub) ? {} : { hub }),
        ...(nonEmpty(istioValues) ? { values: istioValues } : {}),
      },
      ...(nonEmpty(kialiSection) ? { kiali: kialiSection } : {}),
    },
    rows: [...told.rows, ...taker.rows],
    problems: [...told.problems, ...problems],
    ...(passphraseRow(passphrase, isModern).outcome === "carried" ? { passphrase } : {}),
  };
}
