import { isatty } from "node:tty";
import pc from "picocolors";

const colors = (descriptor: number) => pc.createColors(isatty(descriptor) && pc.isColorSupported);

/** Colours for standard output: on a terminal only, also where CI=true makes others colour pipes. */
export const outColors = colors(1);

/** None, for what is written into files. */
export const plainColors = pc.createColors(false);

/** Colours for standard error: on a terminal only. */
export const errorColors = colors(2);
