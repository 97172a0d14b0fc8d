import type { z } from "zod";
import { withoutCredentials } from "../mesh/credentials";
import { layoutOf } from "../mesh/istio/releases";
import { isLabel } from "../settings/fields";
import { sections, type Key, type Sections } from "../settings/schema";
import { externalService } from "../settings/serviceSchema";
import type { Settings } from "../settings/types";
import { opened, placeOf, valueOf } from "./chartCredentials";
import { keyProblems } from "./keys";
import { isMap, project, secretPlaceholder, type RawConfig } from "./raw";
import type { Given, Problem } from "./rule";
import { judge } from "./rules";

/** Settings, or everything that is wrong with them, a line each. */
export type Parsed = { readonly settings: Settings } | { readonly problems: readonly string[] };

const keys = Object.keys(sections) as Key[];
/** Sections that are a secret as a whole. */
const secretTexts: readonly Key[] = ["kialiPassphrase", "kialiSigningKey"];
const scalars: readonly Key[] = ["namespace", "injection", "production", ...secretTexts];
const unsafeNamespaces = ["istio-system", "kube-system", "kube-public", "kube-node-lease"];

/** Null means absent, as an empty key in YAML does; in Helm values it has a meaning of its own and stays. */
function dropNulls(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => dropNulls(item, path));
  if (typeof value !== "object" || value === null || /^(istio|kiali)\.(\w+\.)?values$/.test(path)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, dropNulls(item, `${path}.${key}`)]));
}

function decode(key: Key, text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined;
  if (key === "production") return text === "true" ? true : text === "false" ? false : text;
  if (scalars.includes(key)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return dropNulls(value, key);
  } catch {
    return text;
  }
}

const hiddenText = (value: unknown) => (value === undefined ? "missing" : "its value is not allowed");

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = withoutCredentials(JSON.stringify(value));
  return `${text.length > 60 ? `${text.slice(0, 57)}...` : text} is not allowed`;
}

function pathText(key: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${String(part)}]` : `${text}.${String(part)}`),
    key,
  );
}

// Where people put credentials by mistake.
const unshown = [
  ...[...secretTexts, "chartCredentials", "kubernetes.kubeconfig", "kiali.chartRepository"],
  ...["istio.chartRepository", "istio.hub", "istio.values"],
  ...["istio.cni.values", "istio.ztunnel.values", "istio.gateway.values", "kiali.values"],
];
const isShown = (path: string) => !unshown.some((name) => path.startsWith(name) || name.startsWith(`${path}.`));

function problemsOf(key: Key, error: z.ZodError): readonly Problem[] {
  return error.issues.map((issue) => {
    const path = pathText(key, issue.path);
    if (issue.code === "unrecognized_keys") return { path, text: issue.message };
    const { input } = issue;
    // A wrong kind of fault comes with the whole fault.
    const wrong = issue.code === "invalid_union" && isMap(input) ? input["type"] : input;
    const value = isShown(path) ? show(wrong) : hiddenText(wrong);
    return { path, text: `${value}. Allowed: ${issue.message}` };
  });
}

function secrecyProblem(key: Key, isSecret: boolean, given: boolean): string | undefined {
  const isText = secretTexts.includes(key);
  if (isSecret && !isText && key !== "chartCredentials") {
    return `holds a secret. Only ${secretTexts.join(", ")} and chartCredentials can be one: everything else is seen in the cluster in clear`;
  }
  if (!isSecret && given && isText) {
    return `is in clear. Allowed: a secret, set with: pulumi config set --secret ${project}:${key}`;
  }
  return undefined;
}

/** Where in a section the secrets are; known of a stack file alone: Pulumi hands them over decrypted. */
function secretPlaces(key: Key, value: unknown): readonly string[] {
  const below = (item: unknown, path: string): readonly string[] => {
    if (item === secretPlaceholder) return [path];
    if (Array.isArray(item)) return item.flatMap((inner, at) => below(inner, `${path}[${String(at)}]`));
    return isMap(item) ? Object.entries(item).flatMap(([name, inner]) => below(inner, `${path}.${name}`)) : [];
  };
  const places = below(value, key);
  return places.length === 0 ? [key] : places;
}

const maxDepth = 100;

/** Freezes a value and all in it. @throws RangeError when it is nested deeper than any setting needs */
function freeze<T>(value: T, depth = 0): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (depth > maxDepth) throw new RangeError("nested too deeply");
  Object.values(value).forEach((item: unknown) => freeze(item, depth + 1));
  return Object.freeze(value);
}

type Read = { -readonly [K in Key]?: unknown } & { servicePlaces?: number[] };
type Written = Record<string, unknown>;

/** Reads one section into `given`; returns what is wrong with it. */
function readSection(key: Key, value: unknown, given: Read): readonly Problem[] {
  // Nobody can tell here whether it is right; Pulumi, which opens it, judges it.
  if (secretTexts.includes(key) && value === secretPlaceholder) {
    given[key] = value;
    return [];
  }
  const result = sections[key].safeParse(value, { reportInput: true });
  if (result.success) {
    given[key] = freeze(result.data);
    return [];
  }
  if (key === "externalServices" && Array.isArray(value)) {
    const valid = value
      .map((item, at) => ({ at, service: externalService.safeParse(item).data }))
      .filter(({ service }) => service !== undefined);
    given[key] = valid.map(({ service }) => service);
    given.servicePlaces = valid.map(({ at }) => at);
  }
  return problemsOf(key, result.error);
}

// A key can hold a line break; a problem is one line.
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** Collects all problems; a section that is wrong takes no part in the rules over several sections. */
function readSections(raw: RawConfig): { given: Given; written: Written; problems: Problem[] } {
  const given: Read = {};
  const written: Written = {};
  const problems = [...keyProblems(raw)];
  const named = new Set(problems.map(({ path }) => path));
  for (const key of keys) {
    const { text, isSecret } = valueOf(raw, key);
    const isGiven = text !== undefined && text !== "";
    // Where there is a mistake in its key, the section is not missing.
    if (!isGiven && named.has(key)) continue;
    try {
      const secrecy = secrecyProblem(key, isSecret, isGiven);
      written[key] = isSecret && scalars.includes(key) ? text : decode(key, text);
      if (secrecy === undefined) problems.push(...readSection(key, written[key], given));
      else problems.push(...secretPlaces(key, decode(key, text)).map((path) => ({ path, text: secrecy })));
    } catch {
      problems.push({ path: key, text: "is nested too deeply" });
    }
  }
  return { given: given as Given, written, problems };
}

function namespaceProblem(namespace: string | undefined, stack: string): readonly Problem[] {
  const name = namespace ?? stack;
  if (unsafeNamespaces.includes(name))
    return [{ path: "namespace", text: `"${name}" belongs to the cluster. Allowed: the instance's own namespace` }];
  if (namespace !== undefined || isLabel(stack)) return [];
  return [{ path: "namespace", text: `missing, and the stack's name "${stack}" is no Kubernetes name: set it` }];
}

/**
 * Validates the raw config of a stack. Never throws.
 * @param raw the config as Pulumi hands it over
 * @param stack the stack's name: the default of `namespace`
 */
export function parseSettings(raw: RawConfig, stack: string): Parsed {
  const { given, written, problems } = readSections(raw);
  if (!problems.some(({ path }) => path === "namespace")) problems.push(...namespaceProblem(given.namespace, stack));
  const secretCredentials = valueOf(raw, "chartCredentials").isSecret;
  problems.push(...judge({ ...given, written, secretCredentials }));
  const lines = [...(raw.stray ?? []), ...problems.map(({ path, text }) => `${placeOf(raw, path)}: ${text}`)];
  if (lines.length > 0) return { problems: lines.map(oneLine) };
  const valid = given as Sections;
  const namespace = valid.namespace ?? stack;
  const layout = layoutOf(valid.istio.version);
  if (layout === undefined) return { problems: [`${project}:istio.version: has no layout`] };
  return {
    settings: freeze({
      ...valid,
      chartCredentials: opened(valid.chartCredentials),
      stack,
      namespace,
      layout,
      rollout: { ...valid.rollout, namespaces: [...new Set(valid.rollout.namespaces ?? [namespace])] },
    }),
  };
}
