import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../tools/helm";

/** Where `npm run charts` puts the charts that the tests need, laid out like the official hosts. */
export const fetchedMirror = () => join(cacheFolder(), "official-charts");

/** Folder of a chart mirror: `JAM_ISTIO_CHARTS`, else beside the project, else what `npm run charts` fetched. */
export function mirrorFolder(): string | undefined {
  return [process.env["JAM_ISTIO_CHARTS"], join(__dirname, "../../../shared/charts"), fetchedMirror()].find(
    (folder) => folder !== undefined && existsSync(join(folder, "istio-release")),
  );
}

/** Why there is none. */
export const noMirror = "no chart mirror: npm run charts, or JAM_ISTIO_CHARTS";
