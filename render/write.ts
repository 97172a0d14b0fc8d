import { existsSync } from "node:fs";
import { mkdir, readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { systemNamespace } from "../mesh/istio/names";
import { toYaml, type KubernetesObject } from "./objects";
import type { Rendered } from "./render";

/** One file of a rendered stack. */
export interface RenderedFile {
  /** Path below the stack's folder, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly object?: KubernetesObject;
}

const indexFile = ".jam-istio-files";
const safe = (name: string) => name.replace(/[^\w.-]/g, "_");

function place(folder: string, object: KubernetesObject, taken: Set<string>): string {
  const { name, namespace } = object.metadata;
  const names = [`${object.kind}-${name}`, `${object.kind}-${namespace ?? ""}-${name}`];
  for (let at = 0; ; at++) {
    const path = `${folder}/${safe(names[at] ?? `${object.kind}-${name}-${String(at)}`)}.yaml`;
    // Some file systems take two names for one that differ in case only.
    if (taken.has(path.toLowerCase())) continue;
    taken.add(path.toLowerCase());
    return path;
  }
}

/** The files of a rendered stack: a folder a release, one for the stack's own objects; a file an object. */
export function filesOf(rendered: Rendered): readonly RenderedFile[] {
  const taken = new Set<string>();
  const files = rendered.flatMap((item): RenderedFile[] => {
    if (item.kind === "object") {
      const path = place(item.object.metadata.namespace ?? "cluster", item.object, taken);
      return [{ path, text: toYaml(item.object), object: item.object }];
    }
    const { plan, objects = [] } = item.release;
    // Where the chart was read from differs from machine to machine and is no part of what gets installed.
    const { name, chart, version, values } = plan;
    const release = { name, namespace: systemNamespace, chart, version, values };
    const folder = `release-${plan.name}`;
    return [
      { path: `${folder}/_release.yaml`, text: toYaml(release) },
      ...objects.map((object) => ({ path: place(folder, object, taken), text: toYaml(object), object })),
    ];
  });
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const readIndex = (folder: string) => readFile(join(folder, indexFile), "utf8").catch(() => "");

/** Whether a folder holds what an earlier run rendered, the objects of every chart among it. */
export async function holdsComplete(folder: string): Promise<boolean> {
  const paths = (await readIndex(folder)).split("\n").filter((line) => line.endsWith(".yaml"));
  const releases = paths.filter((path) => path.endsWith("/_release.yaml")).map(dirname);
  const isThere = paths.every((path) => existsSync(join(folder, path)));
  return (
    isThere &&
    releases.length > 0 &&
    releases.every((release) => paths.filter((path) => dirname(path) === release).length > 1)
  );
}

/** Removes what an earlier run wrote, and nothing else: the folder is the caller's choice. */
async function removeEarlier(folder: string): Promise<void> {
  const index = await readIndex(folder);
  const root = await realpath(folder);
  for (const line of index.split("\n").filter((text) => text.endsWith(".yaml"))) {
    const parent = await realpath(dirname(join(root, line))).catch(() => "");
    if (parent === root || parent.startsWith(root + sep))
      await unlink(join(parent, basename(line))).catch(() => undefined);
  }
}

/** Writes an index by which the next run finds the files, and the files. */
export async function writeFiles(folder: string, files: readonly RenderedFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeEarlier(folder);
  await writeFile(join(folder, indexFile), [...files.map(({ path }) => path), ""].join("\n"));
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
