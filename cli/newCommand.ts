import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { newInstance, type Answers } from "../migrate/newInstance";
import { outColors } from "./colors";
import { checkPlace } from "./newFile";
import { projectFolder } from "./stackFile";
import { UserError } from "./userError";

interface Options extends Answers {
  readonly yes?: boolean;
  readonly force?: boolean;
}

const questions: readonly (readonly [key: Exclude<keyof Answers, "shared">, text: string])[] = [
  ["istioVersion", "Version of Istio, such as 1.30.3"],
  ["mysqlHost", "Host of a database outside the cluster (Enter: none)"],
  ["region", "AWS region of its S3 bucket, such as eu-central-1 (Enter: none)"],
  ["mailHost", "Host of the mail server (Enter: none)"],
  ["mailPort", "Its port (Enter: 587)"],
];

/** @throws UserError with all that is wrong */
function mustBe(made: ReturnType<typeof newInstance>): { readonly text: string } {
  if ("text" in made) return made;
  throw new UserError(["nothing was written:", ...made.problems.map((line) => `  - ${line}`)].join("\n"));
}

/** Asks what is not given, each until the answer can be used. Ctrl-D ends it, and nothing is written. */
async function ask(instance: string, given: Options): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<never>((_, reject) =>
    terminal.once("close", () => {
      reject(new UserError("stopped; nothing was written"));
    }),
  );
  // What is wrong with a flag no answer makes right.
  mustBe(newInstance(instance, { istioVersion: "1.30.3", ...given }));
  let answers: Answers = given;
  try {
    for (const [key, text] of questions) {
      if (given[key] !== undefined || (key === "mailPort" && (answers.mailHost ?? "") === "")) continue;
      for (;;) {
        const answer = await Promise.race([terminal.question(`${text}: `), closed]);
        const next = { ...answers, [key]: answer };
        // Until the version is known every file lacks it; what else is wrong is wrong with this answer.
        const made = newInstance(instance, next);
        const problems = "problems" in made ? made.problems : [];
        if (problems.length === 0) {
          answers = next;
          break;
        }
        process.stderr.write(`${problems.map((line) => `  ${line}`).join("\n")}\n`);
      }
    }
  } finally {
    closed.catch(() => undefined);
    terminal.close();
  }
  return answers;
}

/**
 * Writes the stack file of a new instance.
 * @throws UserError with all that is wrong; nothing is written then
 */
export async function newStack(instance: string, options: Options): Promise<void> {
  const file = `Pulumi.${instance}.yaml`;
  if (!/^[\w.-]+$/.test(instance))
    throw new UserError(`"${instance}" is no name for a stack. Allowed: letters, digits, -, _ and .`);
  const path = join(projectFolder, file);
  checkPlace(path, options);
  if (options.yes !== true && !process.stdin.isTTY)
    throw new UserError("there is no terminal to ask on. Give --yes and what differs from the defaults (--help)");
  const answers = options.yes === true ? options : await ask(instance, options);
  writeFileSync(path, mustBe(newInstance(instance, answers)).text);
  process.stdout.write(`${outColors.bold(`${file} is written. Next: npm run render -- ${instance}`)}\n`);
}
