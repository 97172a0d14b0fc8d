import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { newInstance, type Answers } from "../../migrate/newInstance";
import { canAsk, onTerminal } from "../terminal/ask";
import { outColors } from "../terminal/colors";
import { checkPlace, nothingWritten } from "./newFile";
import { projectFolder } from "./stackFile";
import { UserError } from "../terminal/userError";

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
  if ("problems" in made) throw nothingWritten(made.problems);
  return made;
}

/** Asks what is not given, each until the answer can be used. Ctrl-D ends it, and nothing is written. */
function askRest(instance: string, given: Options): Promise<Answers> {
  // What is wrong with a flag no answer makes right.
  mustBe(newInstance(instance, { istioVersion: "1.30.3", ...given }));
  return onTerminal(async (question) => {
    let answers: Answers = given;
    for (const [key, text] of questions) {
      if (given[key] !== undefined || (key === "mailPort" && (answers.mailHost ?? "") === "")) continue;
      for (let problems: readonly string[] | undefined; problems === undefined || problems.length > 0;) {
        const answer = await question(`${text}: `);
        if (answer === undefined) throw new UserError("stopped; nothing was written");
        answers = { ...answers, [key]: answer };
        // The version is asked first: what is wrong is wrong with this answer.
        const made = newInstance(instance, answers);
        problems = "problems" in made ? made.problems : [];
        for (const line of problems) process.stderr.write(`  ${line}\n`);
      }
    }
    return answers;
  });
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
  if (options.yes !== true && !canAsk())
    throw new UserError("there is no terminal to ask on. Give --yes and what differs from the defaults (--help)");
  const answers = options.yes === true ? options : await askRest(instance, options);
  writeFileSync(path, mustBe(newInstance(instance, answers)).text);
  process.stdout.write(`${outColors.bold(`${file} is written. Next: npm run render -- ${instance}`)}\n`);
}
