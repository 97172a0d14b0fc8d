import type { IstiodCase } from "./case";
import { cases as old } from "./cases21to28";
import { cases as recent } from "./cases29to31";

/** The notes that istiods of two minors show, each with what they say. */
export const istiodCases: readonly IstiodCase[] = [...old, ...recent];
