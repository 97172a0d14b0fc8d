import { gzipSync } from "node:zlib";
import type { ChartFile } from "../mesh/recordedChart";

const block = 512;

/** The header of a file in a tar archive: format ustar, readable by all, of no date. */
function header(path: string, size: number): Buffer {
  const whole = Buffer.byteLength(path) <= 100;
  // A longer path is split at a slash, 155 bytes at most before it.
  const at = whole ? -1 : path.lastIndexOf("/", 155);
  const [prefix, name] = [path.slice(0, Math.max(at, 0)), path.slice(at + 1)];
  if (Buffer.byteLength(name) > 100) throw new Error(`the path ${path} is too long for an archive`);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  const head = Buffer.alloc(block);
  head.write(name, 0);
  head.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100);
  head.write(" ".repeat(8), 148);
  head.write("0", 156);
  head.write("ustar\x0000", 257);
  head.write(prefix, 345);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

/** Packs files into a chart archive; the same files give the same bytes. @throws Error where a path is longer than tar allows */
export function packChart(files: readonly ChartFile[]): Buffer {
  const parts = files.flatMap(({ path, data }) => [
    header(path, data.length),
    data,
    Buffer.alloc((block - (data.length % block)) % block),
  ]);
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]));
}
