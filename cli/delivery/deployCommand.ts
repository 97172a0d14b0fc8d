import { planDifference, type Plan } from "../../delivery/plan/plan";
import { diffText } from "../../delivery/formats/text";
import { comesFrom } from "../../delivery/sides/git";
import type { StackDiff } from "../../delivery/stackDiff";
import { outColors } from "../terminal/colors";
import { haltFaults } from "../mesh/endFaultsCommand";
import { up } from "../engine/engineCommands";
import { projectFolder, readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { planNow, readPlan, type PlanOptions } from "./makePlan";
import { say } from "../terminal/say";

interface Options extends PlanOptions {
  readonly refresh?: boolean;
  readonly haltFaults?: boolean;
}

/** Exit code where something else would be deployed than was planned. */
const differsCode = 3;

/** A plan for a person: its digest, and the commit that it was made of. */
const planText = ({ digest, commit }: Plan) =>
  `plan ${digest.slice(0, 12)}${commit === undefined ? "" : ` of commit ${commit.slice(0, 7)}`}`;

/** @throws UserError where what is checked out does not come from the commit that the plan began at */
async function checkBase({ base, stack }: Plan): Promise<void> {
  if (base === undefined) return;
  const found = await comesFrom(projectFolder, base);
  if (found === "yes") return;
  const short = base.slice(0, 7);
  throw new UserError(
    found === "no"
      ? `the plan began at commit ${short}, and what is checked out does not come from it: nothing was changed. ` +
          `Check out what was reviewed, or preview anew: npm run preview -- ${stack} --plan <file>`
      : `the plan began at commit ${short}, which is not at hand: nothing was changed. ` +
          "Fetch the whole history first: git fetch --unshallow",
  );
}

function differenceOf(planned: Plan, now: Plan): StackDiff {
  const found = planDifference(planned, now);
  const twice = found.objects.length === 0 ? ["objects that have one name differ in their order or number"] : [];
  const base = planText(planned);
  return { stack: planned.stack, base, notes: twice, warnings: [], complete: true, ...found };
}

/**
 * Deploys a stack if that does what its plan says; else says what differs, and changes nothing.
 * @throws UserError with one line
 */
export async function deploy(
  stack: string,
  { plan: file, refresh = false, haltFaults: halt = false }: Options,
): Promise<void> {
  const planned = readPlan(file, stack);
  const settings = readStack(stack);
  await checkBase(planned);
  const { commit, base, salt } = planned;
  const origin = { ...(commit === undefined ? {} : { commit }), ...(base === undefined ? {} : { base }), salt };
  const now = await planNow(settings, origin);
  if (now.digest !== planned.digest) {
    process.stdout.write(`${diffText(differenceOf(planned, now), outColors)}\n`);
    say(
      "error: this is not what was planned; nothing was changed. If it is meant, have it reviewed: " +
        `npm run preview -- ${stack} --plan <file>`,
    );
    process.exitCode = differsCode;
    return;
  }
  say(`${planText(planned)} is what would be deployed now: deploying it`);
  if (halt) await haltFaults(settings);
  await up(stack, { yes: true, refresh });
}
