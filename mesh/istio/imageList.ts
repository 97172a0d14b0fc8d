import { isTree } from "../kubernetesObject";

/** An image by its parts. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** The parts of an image's name; `undefined` where it is none: `auto`, or a template that istiod fills. */
export function imageName(image: string): ImageName | undefined {
  const found = /^([\w.-]+(?:\.[\w.-]+|:\d+)|localhost(?::\d+)?)\/([\w./-]+):([\w.-]+)$/.exec(image);
  if (found === null) return undefined;
  const [, registry = "", repository = "", tag = ""] = found;
  return { registry, repository, tag };
}

/** Every container's image in an object, wherever its pods are described. */
function containerImages(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(containerImages);
  if (!isTree(value)) return [];
  const { containers, initContainers, ...others } = value;
  const own = [containers, initContainers]
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
    .flatMap((container) => (isTree(container) && typeof container["image"] === "string" ? [container["image"]] : []));
  return [...own, ...Object.values(others).flatMap(containerImages)];
}

const textOf = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** The images that the injector puts into other people's pods: no object of the charts names them. */
function injectedImages(object: unknown): readonly string[] {
  const { kind, metadata, data } = object as {
    readonly kind?: string;
    readonly metadata?: { readonly name?: string };
    readonly data?: { readonly values?: unknown };
  };
  if (kind !== "ConfigMap" || metadata?.name?.startsWith("istio-sidecar-injector") !== true) return [];
  if (typeof data?.values !== "string") return [];
  const { global } = JSON.parse(data.values) as { readonly global?: unknown };
  if (!isTree(global)) return [];
  const variant = textOf(global["variant"]);
  const tag = `${textOf(global["tag"])}${variant === "" ? "" : `-${variant}`}`;
  return [global["proxy"], global["proxy_init"]].flatMap((part) => {
    const image = isTree(part) ? textOf(part["image"]) : "";
    if (image === "") return [];
    return [image.includes("/") ? image : `${textOf(global["hub"])}/${image}:${tag}`];
  });
}

/** The images that objects need, those that are injected among them, sorted. */
export function imagesOf(objects: readonly unknown[]): readonly string[] {
  const all = objects.flatMap((object) => [...containerImages(object), ...injectedImages(object)]);
  return [...new Set(all)].filter((image) => imageName(image) !== undefined).sort();
}

/** Images as `skopeo sync --src yaml` reads them: tags by repository, by registry. */
export function skopeoList(
  images: readonly string[],
): Readonly<Record<string, { readonly images: Readonly<Record<string, readonly string[]>> }>> {
  const registries: Record<string, { images: Record<string, string[]> }> = {};
  for (const { registry, repository, tag } of images.flatMap((image) => imageName(image) ?? [])) {
    const { images: own } = (registries[registry] ??= { images: {} });
    (own[repository] ??= []).push(tag);
  }
  return registries;
}
