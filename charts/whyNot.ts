import type { Attempt } from "../mesh/install/chartSources";

/** Why a repository did not give a chart. */
export type WhyNot = Omit<Attempt, "repository">;

/** How long one question to a repository may take, in seconds: Helm itself waits for ever. */
export const chartSeconds = 15;
