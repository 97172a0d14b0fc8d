/** Fetches the charts that the tests need from the official hosts, once, into the user's cache: npm run charts */
import { lazyHelm } from "../charts/load";
import { fetchMirror, officialOf, testCharts } from "../tests/support/fetchMirror";
import { fetchedMirror } from "../tests/support/mirror";

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const folder = fetchedMirror();
  const missing = await fetchMirror(folder, testCharts, officialOf, { helm: lazyHelm(progress), progress });
  for (const line of missing) progress(line);
  const count = testCharts.length - missing.length;
  process.stdout.write(`${String(count)} of ${String(testCharts.length)} charts are in ${folder}\n`);
  if (missing.length > 0) process.exitCode = 1;
}

void main();
