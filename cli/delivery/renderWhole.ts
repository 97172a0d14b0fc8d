import type { MeshPlan } from "../../mesh/meshPlan";
import { isComplete, render, type Rendered } from "../../render/render";
import { say } from "../terminal/say";
import { asUserError, UserError } from "../terminal/userError";

/**
 * Everything that a stack would create.
 * @param root replaces the official chart repositories
 * @param instead what is said where charts are missing, such as `nothing is compared`
 * @throws UserError where they are: half of it is worth nothing
 */
export async function renderWhole(plan: MeshPlan, root: string | undefined, instead: string): Promise<Rendered> {
  const rendered = await render(plan, root, say).catch((error: unknown) => {
    throw asUserError(error);
  });
  if (isComplete(rendered)) return rendered;
  const missing = rendered.flatMap((item) => (item.kind === "release" ? (item.release.missing ?? []) : []));
  throw new UserError(`not all charts can be had, so ${instead}: ${[...new Set(missing)].join("; ")}`);
}
