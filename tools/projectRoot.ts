import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const isRoot = (folder: string) => existsSync(join(folder, "bin", "jam-istio.js"));

/** The folder above another that is this project's; that other one where there is none. */
function above(folder: string): string {
  if (isRoot(folder)) return folder;
  return dirname(folder) === folder ? __dirname : above(dirname(folder));
}

/** The folder of this project, also where the sources were loaded as one file, which lies elsewhere in it. */
export const projectRoot = above(__dirname);
