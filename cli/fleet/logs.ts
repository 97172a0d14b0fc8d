import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { parseReport, type FleetCommand, type FleetReport } from "../../delivery/fleet/report";
import { messageOf } from "../../tools/errors";
import { projectFolder } from "../stack/stackFile";
import { UserError } from "../terminal/userError";

const reportFile = "report.json";

/** Folder of the runs whose logs nobody wanted elsewhere; in .gitignore. */
const usualRoot = () => join(projectFolder, ".jam-istio", "fleet");

/** Makes the folder of a run's logs. @throws UserError where there can be none */
export function makeLogs(command: FleetCommand, given: string | undefined): string {
  if (given === "") throw new UserError("--logs is empty. Allowed: a folder");
  const own = () => join(usualRoot(), `${new Date().toISOString().replace(/[:.]/g, "-")}-${command}`);
  const folder = given ?? (relative(process.cwd(), own()) || own());
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`--logs: ${folder} cannot be made: ${messageOf(error)}`, { cause: error });
  }
  return folder;
}

/** Writes a run's report, whole at once: whoever reads it meanwhile, or after a run that was killed, sees a whole one. */
export function saveReport(report: FleetReport): void {
  const file = join(report.logs, reportFile);
  writeFileSync(`${file}.part`, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(`${file}.part`, file);
}

/** Folder of the newest run of a command; the names are in the order of their times. */
function newest(command: FleetCommand): string | undefined {
  if (!existsSync(usualRoot())) return undefined;
  return readdirSync(usualRoot())
    .filter((name) => name.endsWith(`-${command}`) && existsSync(join(usualRoot(), name, reportFile)))
    .sort()
    .map((name) => join(usualRoot(), name))
    .at(-1);
}

/**
 * The run to go on with: the one in a folder, else the newest from here.
 * @throws UserError where there is none, or it was another command's
 */
export function earlierReport(command: FleetCommand, logs: string | undefined): FleetReport {
  const folder = logs ?? newest(command);
  if (folder === undefined || !existsSync(join(folder, reportFile))) {
    const where = logs === undefined ? "no run from here" : `no ${reportFile} in ${logs}`;
    throw new UserError(`--resume: there is ${where} that fleet ${command} could go on with. Without it: all stacks`);
  }
  let report: FleetReport;
  try {
    report = parseReport(readFileSync(join(folder, reportFile), "utf8"));
  } catch (error) {
    throw new UserError(`--resume: ${join(folder, reportFile)} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (report.command !== command)
    throw new UserError(`--resume: ${folder} is of fleet ${report.command}, not ${command}. Name another one: --logs`);
  return report;
}

/** The end of a file, at most so many bytes; of one that is not there, nothing. */
export function endOf(file: string, bytes: number): string {
  if (!existsSync(file)) return "";
  const open = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    const read = readSync(open, buffer, 0, bytes, Math.max(fstatSync(open).size - bytes, 0));
    return buffer.toString("utf8", 0, read);
  } finally {
    closeSync(open);
  }
}
