import { appendFileSync } from "node:fs";
import { GitHub } from "../../delivery/comment/github";

/** GitHub as a workflow names it; `undefined` where there is no token for it. */
export function gitHub(): GitHub | undefined {
  const { GITHUB_TOKEN: token = "", GITHUB_REPOSITORY: repository = "", GITHUB_API_URL: api } = process.env;
  if (token === "" || repository === "") return undefined;
  return new GitHub({ api: api ?? "https://api.github.com", repository, token });
}

/** Adds a text to the summary of a workflow's run, where this is one. */
export function addToSummary(text: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (file !== "") appendFileSync(file, `${text}\n`);
}
