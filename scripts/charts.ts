/**
 * Fetches the charts that the tests need from the official hosts, once, into the user's cache: npm run charts. With `--where`
 * it fetches nothing and prints the folder of those that are at hand, if any.
 */
import { lazyHelm } from "../charts/load";
import { officialOf } from "../charts/mirror";
import { fetchMirror, testCharts } from "../tests/support/fetchMirror";
import { fetchedMirror, mirrorFolder } from "../tests/support/mirror";

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const folder = fetchedMirror();
  const missing = await fetchMirror(folder, testCharts, officialOf, { helm: lazyHelm(progress), progress });
  for (const line of missing) progress(line);
  const count = testCharts.length - missing.length;
  process.stdout.write(`${String(count)} of ${String(testCharts.length)} charts are in ${folder}\n`);
  if (missing.length > 0) process.exitCode = 1;
}

if (process.argv.includes("--where")) process.stdout.write(mirrorFolder() ?? "");
else void main();
