import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseManifest, type KubernetesObject } from "../../render/objects";
import { messageOf } from "../../tools/errors";
import { run } from "../../tools/run";

/** What one side of a change would create. */
export interface Side {
  readonly objects: readonly KubernetesObject[];
  /** What `render` warns of and says. */
  readonly warnings: readonly string[];
  /** Releases whose charts could not be had: their objects are missing. */
  readonly missing: readonly string[];
}

/** A side that has no such stack. */
export const noStack: Side = { objects: [], warnings: [], missing: [] };

/** What `render --json` prints, as far as it is read; also that of an older program. */
interface Printed {
  readonly warnings?: readonly string[];
  readonly missing?: readonly { readonly release: string; readonly reason: string }[];
}

/** A release's file has a chart's name, version and values. It is shown as an object like the others. */
function releaseObject(text: string): readonly KubernetesObject[] {
  // A document without kind and metadata is no object to the reader.
  const [object] = parseManifest(`kind: Release\nmetadata: {name: x}\nspec:\n${text.replace(/^/gm, "  ")}`);
  const spec = (object as { readonly spec?: { readonly name?: string } } | undefined)?.spec;
  if (object === undefined || spec?.name === undefined) return [];
  return [{ ...object, apiVersion: "", metadata: { name: spec.name } }];
}

async function readObjects(folder: string): Promise<readonly KubernetesObject[]> {
  const index = await readFile(join(folder, ".jam-istio-files"), "utf8");
  const files = index.split("\n").filter((line) => line.endsWith(".yaml"));
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(join(folder, file), "utf8") })),
  );
  return texts.flatMap(({ file, text }) =>
    file.endsWith("/_release.yaml") ? releaseObject(text) : parseManifest(text),
  );
}

/** Where a side is, and what renders it. */
export interface Place {
  /** Folder with the stack files. */
  readonly project: string;
  /** Folder of the program that renders them. */
  readonly program: string;
  /** Folder that the objects are written to; nothing is in it yet. */
  readonly out: string;
}

/** The last line in which a command says what is wrong, with the lines that belong to it. */
function failureOf(stderr: string): string {
  const at = stderr.lastIndexOf("error: ");
  return at < 0 ? (stderr.trim().split("\n").at(-1) ?? "") : stderr.slice(at + 7).trim();
}

/**
 * Renders a stack with a program of its own, in a process of its own; a stack without a file has no objects.
 * @throws Error saying what the program refuses
 */
export async function renderSide(stack: string, { project, program, out }: Place, charts?: string): Promise<Side> {
  if (!existsSync(join(project, `Pulumi.${stack}.yaml`))) return noStack;
  const root = charts === undefined ? [] : ["--charts", charts];
  const args = [join(program, "bin", "jam-istio.js"), "render", stack, "--json", "--out", out, ...root];
  const { code, stdout, stderr } = await run(process.execPath, args, { seconds: 600, cwd: project }).catch(
    (error: unknown) => {
      throw new Error(`render: ${messageOf(error)}`, { cause: error });
    },
  );
  // 3: without the objects of charts that cannot be reached.
  if (code !== 0 && code !== 3) throw new Error(failureOf(stderr));
  const { warnings = [], missing = [] } = JSON.parse(stdout) as Printed;
  return {
    objects: await readObjects(out),
    warnings,
    missing: missing.map(({ release, reason }) => `the objects of release ${release} are missing: ${reason}`),
  };
}
