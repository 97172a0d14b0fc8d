import { parseSettings } from "../config/parse";
import { readStackFile } from "../config/raw";
import { stackFileText } from "./stackFileText";

/** What one must know of a new instance; an empty answer is none. */
export interface Answers {
  readonly istioVersion?: string | undefined;
  readonly shared?: boolean | undefined;
  readonly mysqlHost?: string | undefined;
  readonly region?: string | undefined;
  readonly mailHost?: string | undefined;
  readonly mailPort?: string | undefined;
}

const given = (answer: string | undefined) => (answer?.trim() === "" ? undefined : answer?.trim());

function configOf(answers: Answers): Readonly<Record<string, unknown>> {
  const [version, mysql, region, mail, port] = [
    ...[answers.istioVersion, answers.mysqlHost, answers.region, answers.mailHost, answers.mailPort],
  ].map(given);
  const externalHostPort =
    port === undefined ? {} : { externalHostPort: Number.isNaN(Number(port)) ? port : Number(port) };
  return {
    istio: {
      ...(version === undefined ? {} : { version }),
      ...(answers.shared === true ? { controlPlane: "shared" } : {}),
    },
    ...(mysql === undefined ? {} : { mysql: { external: true, externalHostName: mysql } }),
    ...(region === undefined ? {} : { dataStorage: { mode: "aws", region } }),
    ...(mail === undefined ? {} : { mail: { external: true, externalHostName: mail, ...externalHostPort } }),
  };
}

/**
 * The stack file of a new instance.
 * @param instance its name: that of the stack and, as long as the file says nothing else, of its namespace
 * @returns the file; or all that is wrong with the answers, a line each
 */
export function newInstance(
  instance: string,
  answers: Answers,
): { readonly text: string } | { readonly problems: readonly string[] } {
  if (given(answers.mailHost) === undefined && given(answers.mailPort) !== undefined)
    return { problems: ["a port of the mail server is given, and no host"] };
  const text = stackFileText(configOf(answers));
  const parsed = parseSettings(readStackFile(text), instance);
  return "problems" in parsed ? parsed : { text };
}
