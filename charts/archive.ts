import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import type { ChartFile } from "../mesh/install/recordedChart";

/** Packs files into a chart archive; the same files give the same bytes. */
export function packChart(files: readonly ChartFile[]): Promise<Buffer> {
  const archive = pack();
  // Of no date.
  for (const { path, data } of files) archive.entry({ name: path, mtime: new Date(0) }, data);
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}
