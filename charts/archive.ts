import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { extract, pack } from "tar-stream";
import type { ChartFile } from "../mesh/install/recordedChart";

/** Packs files into a chart archive; the same files give the same bytes. */
export function packChart(files: readonly ChartFile[]): Promise<Buffer> {
  const archive = pack();
  // Of no date.
  for (const { path, data } of files) archive.entry({ name: path, mtime: new Date(0) }, data);
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}

/** The files of a chart archive; `undefined` where it cannot be read: whoever renders it says why. */
export async function readChart(path: string): Promise<readonly ChartFile[] | undefined> {
  const files: ChartFile[] = [];
  const archive = extract();
  try {
    const done = pipeline(createReadStream(path), createGunzip(), archive);
    for await (const entry of archive) files.push({ path: entry.header.name, data: await buffer(entry) });
    await done;
    return files;
  } catch {
    return undefined;
  }
}
