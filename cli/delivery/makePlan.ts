import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ciphertextsOf } from "../../delivery/plan/ciphertexts";
import { makePlan, newSalt, parsePlan, type Plan, type PlanOrigin } from "../../delivery/plan/plan";
import { programDigest } from "../../delivery/plan/programDigest";
import { findBase, headOf } from "../../delivery/sides/git";
import { meshPlan } from "../../mesh/meshPlan";
import { programFiles } from "../../rehearse/project";
import type { Settings } from "../../settings/types";
import { messageOf } from "../../tools/errors";
import { projectRoot } from "../../tools/projectRoot";
import { projectFolder } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { renderWhole } from "./renderWhole";
import { say } from "../terminal/say";

/** What `preview --plan` and `deploy` take. */
export interface PlanOptions {
  readonly plan: string;
}

/** What would be deployed now, as a plan. */
export async function planNow(settings: Settings, origin: PlanOrigin): Promise<Plan> {
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
  const parts = [...programFiles, "package-lock.json"];
  return makePlan(
    {
      settings,
      // Of the charts that `up` will take: those of the settings, whatever JAM_ISTIO_CHARTS says.
      rendered: await renderWhole(meshPlan(settings), undefined, "there is no plan"),
      ciphertexts: ciphertextsOf(readFileSync(join(projectFolder, `Pulumi.${settings.stack}.yaml`), "utf8")),
      program: { version, files: programDigest(projectRoot, parts) },
    },
    origin,
  );
}

/** A new plan's origin: the commits of the repository, where there is one. */
async function originNow(base: string | undefined): Promise<PlanOrigin> {
  const commit = await headOf(projectFolder);
  if (commit === undefined && base === undefined) return { salt: newSalt() };
  const found = await findBase(projectFolder, base).catch((error: unknown) => {
    throw asUserError(error);
  });
  return { ...(commit === undefined ? {} : { commit }), base: found.commit, salt: newSalt() };
}

/** @throws UserError with what is wrong with the file, and the way out */
export function readPlan(file: string, stack: string): Plan {
  const again = `Make another: npm run preview -- ${stack} --plan <file>`;
  if (existsSync(file) && !statSync(file).isFile()) throw new UserError(`--plan: ${file} is no file. ${again}`);
  let plan: Plan;
  try {
    plan = parsePlan(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`--plan: ${file} cannot be read: ${messageOf(error)}. ${again}`, { cause: error });
  }
  if (plan.stack !== stack) throw new UserError(`--plan: ${file} is of stack ${plan.stack}, not ${stack}. ${again}`);
  return plan;
}

/** @throws UserError where something else than a plan would be replaced */
function checkTarget(file: string): void {
  if (file === "") throw new UserError("--plan is empty. Allowed: a file");
  if (!existsSync(file)) return;
  if (!statSync(file).isFile()) throw new UserError(`--plan: ${file} is no file. Allowed: a file, such as dev701.plan`);
  const text = readFileSync(file, "utf8");
  if (text !== "" && !/^\{\s*"form": "jam-istio plan /.test(text))
    throw new UserError(`--plan: ${file} is there and is no plan; nothing is replaced. Name another file`);
  // Should the preview fail, nobody takes the old plan for this one's.
  writeFileSync(file, "");
}

/**
 * Makes the plan of a preview.
 * @returns what writes it, once the preview has said yes
 */
export async function preparePlan(
  settings: Settings,
  { plan: file, base }: PlanOptions & { readonly base?: string | undefined },
): Promise<() => void> {
  checkTarget(file);
  const plan = await planNow(settings, await originNow(base));
  return () => {
    try {
      writeFileSync(file, `${JSON.stringify(plan, undefined, 2)}\n`);
    } catch (error) {
      throw new UserError(`--plan: ${file} cannot be written: ${messageOf(error)}`, { cause: error });
    }
    say(`plan ${plan.digest.slice(0, 12)} of stack ${plan.stack}, ${String(plan.objects.length)} objects: ${file}`);
  };
}
