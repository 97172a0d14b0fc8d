import { parseSettings } from "../config/parse";
import { readStackFile } from "../config/raw";
import type { Settings } from "../settings/types";
import { faultPart } from "./faultPart";
import { instancePart } from "./instancePart";
import { MergedValues } from "./merged";
import { meshPart } from "./meshPart";
import { readOldFiles, type Dependency, type OldFile } from "./oldFiles";
import { joinParts, type Row } from "./rows";
import { stackFileText } from "./stackFileText";

/** What is made of old files. */
export interface Imported {
  readonly stack: string;
  /** The new stack file. */
  readonly text: string;
  /** What it says, read again and judged. */
  readonly settings: Settings;
  /** What became of each old key. */
  readonly rows: readonly Row[];
  /** Kiali's passphrase, where it stood in clear: it becomes a secret. */
  readonly passphrase?: string;
}

/** How a person helps where the files do not tell. */
export interface ImportOptions {
  /** Name of the new stack; default: the instance's namespace. */
  readonly stack?: string | undefined;
  /** Version of Istio; default: that of the umbrella's Chart.yaml. */
  readonly istioVersion?: string | undefined;
}

const notOurs = "no setting of this program";
/** Charts that the program installs beside `istio`. */
const ownCharts = ["istio-init", "base", "istiod", "cni", "ztunnel", "gateway", "kiali-server"];

function leftOut(values: MergedValues, dependencies: readonly Dependency[]): readonly Row[] {
  const rows = values.keys.flatMap((key) => {
    const chart = dependencies.find((one) => one.key === key)?.chart;
    const why = chart === undefined ? notOurs : `values of chart ${chart} are not carried`;
    return values
      .leftBelow(key)
      .map((path): Row => ({ old: path, file: values.fileOf(path), outcome: "left out", why }));
  });
  const others = dependencies.filter(({ chart }) => chart !== "istio");
  return [
    ...rows,
    ...others.map(({ chart }): Row => ({
      old: `dependencies: ${chart}`,
      file: "Chart.yaml",
      outcome: "left out",
      why: ownCharts.includes(chart)
        ? "the program installs it by itself, where the settings ask for it"
        : "none that this program installs",
    })),
  ];
}

/**
 * Turns the files of the old way (values in Helm's order, the umbrella's Chart.yaml, those of the chart fault-injection) into
 * a stack file that says the same.
 * @returns the file, read again and judged; or all that is wrong, a line each
 */
export function importValues(
  files: readonly OldFile[],
  { stack, istioVersion }: ImportOptions = {},
): Imported | { readonly problems: readonly string[] } {
  const old = readOldFiles(files);
  if ("problems" in old) return old;
  const values = new MergedValues(old.values);
  const namespace = values.peek("jam.namespace");
  const name = stack ?? (typeof namespace === "string" ? namespace : undefined);
  if (name === undefined || !/^[\w.-]+$/.test(name))
    return { problems: ["the instance is not told: jam.namespace is no name. Give --stack, such as --stack dev701"] };
  const mesh = meshPart(values, old.dependencies, istioVersion);
  const own = joinParts([mesh, instancePart(values, name), faultPart(values)]);
  const rows = [...own.rows, ...leftOut(values, old.dependencies)];
  if (own.problems.length > 0) return { problems: own.problems };
  const text = stackFileText(own.config, rows);
  const parsed = parseSettings(readStackFile(text), name);
  if ("problems" in parsed)
    return { problems: parsed.problems.map((line) => `${line} (as it would stand in Pulumi.${name}.yaml)`) };
  return {
    stack: name,
    text,
    settings: parsed.settings,
    rows,
    ...(mesh.passphrase === undefined ? {} : { passphrase: mesh.passphrase }),
  };
}
