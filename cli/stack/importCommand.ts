import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withoutCredentials } from "../../mesh/credentials";
import { meshPlan } from "../../mesh/meshPlan";
import { importValues, type Imported } from "../../migrate/importValues";
import type { OldFile } from "../../migrate/oldFiles";
import type { Outcome, Row } from "../../migrate/rows";
import { render } from "../../render/render";
import { messageOf } from "../../tools/errors";
import { outColors } from "../terminal/colors";
import { keepSecret } from "../engine/keepSecret";
import { checkPlace, nothingWritten } from "./newFile";
import { projectFolder } from "./stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { say } from "../terminal/say";

interface Options {
  readonly stack?: string;
  readonly istioVersion?: string;
  readonly charts?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const isChartsOwn = (name: string) => basename(name) === "values.yaml" && existsSync(join(dirname(name), "Chart.yaml"));

/** A chart's own values come before what was given to Helm: also those of a second chart, whatever their place in the line. */
const inHelmsOrder = (names: readonly string[]) => [
  ...names.filter(isChartsOwn),
  ...names.filter((name) => !isChartsOwn(name)),
];

/** @throws UserError naming every file that cannot be read */
function readFiles(names: readonly string[]): readonly OldFile[] {
  const problems: string[] = [];
  const files = inHelmsOrder(names).flatMap((name): OldFile[] => {
    try {
      return [{ name, text: readFileSync(name, "utf8") }];
    } catch (error) {
      problems.push(`${name} cannot be read: ${messageOf(error)}`);
      return [];
    }
  });
  if (problems.length > 0) throw new UserError(problems.join("; "));
  return files;
}

const marks: Readonly<Record<Outcome, string>> = {
  carried: outColors.green("carried"),
  default: "default, not written",
  changed: outColors.yellow("changed on purpose"),
  "left out": outColors.red("left out"),
};

const rowText = ({ old, outcome, to, why }: Row) =>
  [
    `  ${old}: ${marks[outcome]}${to === undefined || to === old ? "" : ` -> ${to}`}`,
    ...(why === undefined ? [] : [`    ${why}`]),
  ].join("\n");

function reportText({ rows }: Imported): string {
  const files = [...new Set(rows.map(({ file }) => file))];
  return files
    .map((file) => {
      const own = rows.filter((row) => row.file === file);
      return [file === "" ? "the old charts' own defaults" : file, ...own.map(rowText)].join("\n");
    })
    .join("\n");
}

/** Renders what was made, so that a file is written only when a stack can come of it. */
async function tryRender(imported: Imported, charts: string | undefined): Promise<readonly string[]> {
  const rendered = await render(meshPlan(imported.settings), charts, say).catch((error: unknown) => {
    throw asUserError(error);
  });
  return [...new Set(rendered.flatMap((item) => (item.kind === "release" ? (item.release.missing ?? []) : [])))];
}

/** Keeps the passphrase as a secret, which Pulumi encrypts. @returns the line for a person where it could not */
async function keepPassphrase(stack: string, value: string): Promise<string | undefined> {
  try {
    await keepSecret(stack, { setting: "kialiPassphrase", title: "Kiali's passphrase", value }, say);
    return undefined;
  } catch (error) {
    return (
      `Kiali's passphrase stood in clear in the old files and could not be kept as a secret ` +
      `(${withoutCredentials(messageOf(error))}). ` +
      `It is asked for by: pulumi config set --secret jam-istio:kialiPassphrase --stack ${stack}`
    );
  }
}

/**
 * Makes a stack file of the files of the old way.
 * @throws UserError with all that is wrong; nothing is written then
 */
export async function importFiles(names: readonly string[], options: Options): Promise<void> {
  const { stack, istioVersion } = options;
  const imported = importValues(readFiles(names), { stack, istioVersion });
  if ("problems" in imported) throw nothingWritten(imported.problems);
  const file = `Pulumi.${imported.stack}.yaml`;
  const path = join(projectFolder, file);
  checkPlace(path, options);
  const missing = await tryRender(imported, options.charts ?? process.env["JAM_ISTIO_CHARTS"]);
  writeFileSync(path, imported.text);
  const { rows, passphrase } = imported;
  const secret = passphrase === undefined ? undefined : await keepPassphrase(imported.stack, passphrase);
  if (options.json === true) {
    const report = {
      stack: imported.stack,
      file,
      rows,
      notRendered: missing,
      ...(secret === undefined ? {} : { secret }),
    };
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  const ends = missing.length === 0 ? ", and renders" : "";
  const lines = [
    reportText(imported),
    outColors.bold(`${file} is written${ends}. Next: npm run render -- ${imported.stack}`),
    ...missing.map((reason) => outColors.yellow(`! not rendered as a whole: ${reason}`)),
    ...(secret === undefined ? [] : [outColors.yellow(`! ${secret}`)]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
