import { dump } from "js-yaml";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withEnvironment } from "../../config/chartCredentials";
import { parseSettings } from "../../config/parse";
import { compareMinors, kialiVersion, layoutOf, minorOf, optionalCharts } from "../../mesh/istio/releases";
import { imageName, skopeoList } from "../../mesh/istio/imageList";
import { meshPlan, type MeshPlan } from "../../mesh/meshPlan";
import { readMirror, storeCharts, type Mirror } from "../../render/mirror";
import { messageOf } from "../../tools/errors";
import { imageDigests } from "../../tools/imageDigest";
import { say } from "../terminal/say";
import { asUserError, UserError } from "../terminal/userError";
import { readStack, stackNames } from "./stackFile";

interface Options {
  readonly to: string;
  readonly versions?: string;
  readonly images?: string;
  readonly charts?: string;
  readonly json?: boolean;
}

const isRegistry = (place: string) => /^oci:/i.test(place);

function checkPlace({ to, images }: Options): void {
  if (to === "" || (/^[a-z][a-z\d+.-]+:/i.test(to) && !/^oci:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/.test(to)))
    throw new UserError("--to: allowed is a folder, or oci://registry/path without a user, a password or a tag");
  if (images === "") throw new UserError("--images is empty. Allowed: a folder");
}

function versionsOf({ versions }: Options): readonly string[] {
  const given =
    versions?.split(",").map((one) => one.trim()) ?? stackNames().map((name) => readStack(name).istio.version);
  if (given.length === 0) throw new UserError("there is no stack file here: --versions 1.30.3 says which versions");
  return [...new Set(given)];
}

/** @throws UserError saying what is wrong with the version */
function planOf(version: string, istio: object, kiali: boolean): MeshPlan {
  const values = {
    "jam-istio:istio": JSON.stringify({ version, ...istio }),
    "jam-istio:kiali": JSON.stringify({ enabled: kiali }),
  };
  const parsed = parseSettings(withEnvironment({ values, secretKeys: [] }), "mirror");
  if ("problems" in parsed) throw new UserError(`--versions "${version}": ${parsed.problems.join("; ")}`);
  return meshPlan(parsed.settings);
}

/** Meshes of a version with every part that the program can install: with sidecars, and ambient, whose images are others. */
function plansOf(version: string): readonly MeshPlan[] {
  if (layoutOf(version) !== "modern") return [planOf(version, {}, true)];
  const has = (part: keyof typeof optionalCharts) => compareMinors(minorOf(version), optionalCharts[part]) >= 0;
  const [cni, gateway, kiali] = [{ enabled: has("cni") }, { enabled: has("gateway") }, kialiVersion(version)];
  const sidecars = planOf(version, { cni, gateway }, kiali !== undefined);
  return has("ztunnel") ? [sidecars, planOf(version, { cni, ztunnel: { enabled: true } }, false)] : [sidecars];
}

/** An image as it is listed, and why it has no digest. */
interface Listed {
  readonly image: string;
  readonly why?: string;
}

async function withDigests(images: readonly string[]): Promise<readonly Listed[]> {
  const names = images.flatMap((image) => imageName(image) ?? []);
  say(`asking the registries for the digests of ${String(images.length)} images`);
  const digests = await imageDigests(names);
  return images.map((image, at) => {
    const found = digests[at];
    return found !== undefined && "digest" in found
      ? { image: `${image}@${found.digest}` }
      : { image, why: found?.why ?? "" };
  });
}

function writeLists(folder: string, images: readonly string[], listed: readonly Listed[]): readonly string[] {
  const files = [
    { path: join(folder, "images.txt"), text: listed.map(({ image }) => `${image}\n`).join("") },
    { path: join(folder, "images.skopeo.yaml"), text: dump(skopeoList(images)) },
  ];
  try {
    mkdirSync(folder, { recursive: true });
    for (const { path, text } of files) writeFileSync(path, text);
  } catch (error) {
    throw new UserError(`the lists of images cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return files.map(({ path }) => path);
}

/** Images without a digest, the same reason said once for each registry. */
function lacking(listed: readonly Listed[]): readonly string[] {
  const reasons = new Map<string, number>();
  for (const { image, why } of listed) {
    if (why === undefined) continue;
    const key = `${image.split("/")[0] ?? ""}: ${why}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  return [...reasons].map(([reason, count]) => `${String(count)} images have no digest in the list, ${reason}`);
}

function summaryText({ charts, images }: Mirror, { to }: Options, files: readonly string[], notes: readonly string[]) {
  return [
    `${String(charts.length)} charts are in ${to}, ${String(images.length)} images are listed in ${files.join(" and ")}`,
    ...notes.map((line) => `note: ${line}`),
    `To render from it: --charts ${to}. For up, in the stack files: istio.chartRepository: ${to}/istio-release/charts`,
    "(docs/air-gap.md: the classic layout, Kiali, and how the images get into a registry)",
  ].join("\n");
}

/** Puts charts where there is no network, and lists the images that they need. */
export async function mirror(options: Options): Promise<void> {
  checkPlace(options);
  const root = options.charts ?? process.env["JAM_ISTIO_CHARTS"] ?? "";
  const to = options.to.replace(/\/+$/, "");
  const plans = versionsOf(options).flatMap(plansOf);
  const credentials = plans[0]?.settings.chartCredentials ?? [];
  const place = { root: root === "" ? undefined : root, credentials, progress: say };
  try {
    const found = await readMirror(plans, place);
    await storeCharts(to, found, place);
    const listed = await withDigests(found.images);
    const files = writeLists(options.images ?? (isRegistry(to) ? "mirror" : to), found.images, listed);
    const notes = lacking(listed);
    const json = {
      to,
      charts: found.charts.map(({ chart, version }) => ({ chart, version })),
      images: listed.map(({ image }) => image),
      files,
      notes,
    };
    const text = summaryText(found, { ...options, to }, files, notes);
    process.stdout.write(`${options.json === true ? JSON.stringify(json, undefined, 2) : text}\n`);
  } catch (error) {
    throw asUserError(error);
  }
}
