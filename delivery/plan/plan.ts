import { randomBytes } from "node:crypto";
import { isMap, secretPlaceholder } from "../../config/raw";
import type { Settings } from "../../settings/types";
import { nameOf, type Comparison, type ObjectChange } from "../compare/changes";
import { compareObjects } from "../compare/compare";
import type { KubernetesObject } from "../../render/objects";
import type { Rendered } from "../../render/render";
import { systemNamespace } from "../../mesh/istio/names";
import { canonical, sha256 } from "./canonical";
import { conceal } from "./conceal";

/** First part of the form of a plan's file; the number changes where an older program could not read it. */
const form = "jam-istio plan 1";

/** What a plan is made of, beside its objects. */
export interface PlanOrigin {
  /** Commit that was checked out, and the one where its branch began; absent outside a Git repository. */
  readonly commit?: string;
  readonly base?: string;
  /** Makes the digests of hidden values this plan's own. */
  readonly salt: string;
}

/** What a person reviews, and what is deployed if it is still the same. */
export interface Plan extends PlanOrigin {
  readonly form: string;
  readonly stack: string;
  readonly versions: {
    readonly program: string;
    readonly istio: string;
    /** By release: chart and version. */
    readonly charts: Readonly<Record<string, string>>;
  };
  /** What would be created, the settings and the program as objects like the others; values that may let somebody in are hidden. */
  readonly objects: readonly KubernetesObject[];
  /** Of each object with hidden values, a digest that leads back to none of them. */
  readonly hidden: Readonly<Record<string, string>>;
  /** SHA-256 of all of this. */
  readonly digest: string;
}

/** What a plan says something about. */
export interface Planned {
  readonly settings: Settings;
  readonly rendered: Rendered;
  /** Digests of the stack file's ciphertexts, by their place. */
  readonly ciphertexts: Readonly<Record<string, string>>;
  readonly program: { readonly version: string; readonly files: string };
}

/** A part of the plan that is no object of the cluster, compared like one. */
const part = (kind: string, name: string, spec: object): KubernetesObject =>
  ({ apiVersion: "", kind, metadata: { name }, spec }) as KubernetesObject;

function objectsOf(rendered: Rendered): readonly KubernetesObject[] {
  return rendered.flatMap((item) => {
    if (item.kind === "object") return [item.object];
    const { name, chart, version, values } = item.release.plan;
    const release = part("Release", name, { namespace: systemNamespace, chart, version, values });
    return [release, ...(item.release.objects ?? [])];
  });
}

/** The settings, without what only fetches the charts: it may differ from machine to machine and is in no object. */
function settingsPart(settings: Settings): KubernetesObject {
  const entries = Object.entries(settings).filter(([key]) => key !== "chartCredentials");
  return part("Settings", settings.stack, Object.fromEntries(entries));
}

const digestOf = (plan: Omit<Plan, "digest">) => sha256(canonical(plan));

export const newSalt = () => randomBytes(16).toString("hex");

/** Makes a stack's plan. */
export function makePlan({ settings, rendered, ciphertexts, program }: Planned, origin: PlanOrigin): Plan {
  const { objects, hidden } = conceal([settingsPart(settings), ...objectsOf(rendered)], origin.salt);
  const others = [
    part("Program", "jam-istio", program),
    ...Object.entries(ciphertexts).map(([place, digest]) => part("Ciphertext", place, { digest })),
  ];
  const charts = rendered.flatMap((item) =>
    item.kind === "object" ? [] : [[item.release.plan.name, `${item.release.plan.chart} ${item.release.plan.version}`]],
  );
  const order = ({ apiVersion, ...object }: KubernetesObject) => `${nameOf({ apiVersion, ...object })} ${apiVersion}`;
  const plan = {
    form,
    stack: settings.stack,
    ...origin,
    versions: {
      program: program.version,
      istio: settings.istio.version,
      charts: Object.fromEntries(charts) as Record<string, string>,
    },
    objects: [...others, ...objects].sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    hidden,
  };
  return { ...plan, digest: digestOf(plan) };
}

/**
 * Reads a plan's file.
 * @throws Error with one line where it is none, or is not as it was written
 */
export function parsePlan(text: string): Plan {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch {
    throw new Error("it is no plan: no JSON");
  }
  if (!isMap(plan) || typeof plan["form"] !== "string" || !plan["form"].startsWith("jam-istio plan "))
    throw new Error("it is no plan");
  if (plan["form"] !== form) throw new Error(`its form is "${plan["form"]}", this program reads "${form}"`);
  const { digest, ...rest } = plan as unknown as Plan;
  if (digestOf(rest) !== digest) throw new Error("it is not as it was written: its digest differs");
  return plan as unknown as Plan;
}

const hiddenChange = (name: string): ObjectChange => ({
  kind: "changed",
  group: "rest",
  name,
  changes: [{ path: "a hidden value", kind: "changed", before: secretPlaceholder, after: secretPlaceholder }],
  hidden: 0,
});

/** What differs between what was planned and what would be deployed now, object by object; nothing counts as noise. */
export function planDifference(planned: Plan, now: Plan): Comparison {
  const seen = compareObjects(planned.objects, now.objects, []);
  const listed = new Set(seen.objects.map(({ name }) => name));
  const names = [...new Set([...Object.keys(planned.hidden), ...Object.keys(now.hidden)])].sort();
  const more = names.filter((name) => planned.hidden[name] !== now.hidden[name] && !listed.has(name)).map(hiddenChange);
  return { ...seen, objects: [...seen.objects, ...more], equal: seen.equal - more.length };
}
