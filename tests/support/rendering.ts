import assert from "node:assert/strict";
import type { KubernetesObject } from "../../render/objects";
import { meshPlan } from "../../mesh/meshPlan";
import { render, type Rendered } from "../../render/render";
import { filesOf } from "../../render/write";
import type { Settings } from "../../settings/types";

const quiet = () => undefined;

/** Renders with the charts of the mirror; every chart must be there. */
export async function renderAll(settings: Settings, mirror: string): Promise<Rendered> {
  const rendered = await render(meshPlan(settings), mirror, quiet);
  const missing = rendered.flatMap((item) => (item.kind === "release" ? [item.release.missing] : []));
  assert.deepEqual(
    missing.filter((reason) => reason !== undefined),
    [],
  );
  return rendered;
}

/** The objects that a release's chart makes. */
export function objectsOf(rendered: Rendered, release: string): readonly KubernetesObject[] {
  const found = rendered.find((item) => item.kind === "release" && item.release.plan.name === release);
  assert.ok(found?.kind === "release", `there is no release ${release}`);
  assert.ok(found.release.objects !== undefined, `release ${release} was not rendered`);
  return found.release.objects;
}

/** The one object of that kind and name. */
export function objectIn(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  const [only] = found;
  assert.ok(only !== undefined && found.length === 1, `${String(found.length)} objects are ${kind} ${name}`);
  return only;
}

/** All values of a key, at any depth. */
export function valuesOf(node: unknown, key: string): readonly unknown[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesOf(item, key));
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node as Record<string, unknown>).flatMap(([name, item]) => [
    ...(name === key ? [item] : []),
    ...valuesOf(item, key),
  ]);
}

/** The images that containers of the objects run. */
export const imagesOf = (objects: readonly KubernetesObject[]) =>
  valuesOf(objects, "image")
    .filter((image) => typeof image === "string")
    .sort();

/** Paths and texts of all files. */
export const textsOf = (rendered: Rendered) => filesOf(rendered).map(({ path, text }) => ({ path, text }));
