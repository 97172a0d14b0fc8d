/** What may say that a namespace is production, beside the settings. */
export interface ProductionFound {
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Name of the kubeconfig's context. */
  readonly context: string;
}

/** Label of a namespace that says whether it is production, whatever else says so. */
const ownLabel = "jam-istio/production";

/** A word of a name: `prod-eu`, `eks_PRD1`; no part of a word (`products`, `olive`), and not behind `pre`, `non` or `not`. */
const isProduction = (name: string) =>
  /(?<!(?<![a-z])(pre|non|not)[-_.]?)(?<![a-z])(prod(uction)?|prd|live)(?![a-z])/i.test(name);

/** Whether a label says it: `env: prd`, `example.com/environment: live`, `production: "true"`. */
function marks([key, value]: readonly [string, string]): boolean {
  const name = key.split("/").at(-1) ?? key;
  if (isProduction(name) && /^(true|yes)$/i.test(value)) return true;
  return (key === ownLabel || /^(environment|env|stage|tier)$/i.test(name)) && isProduction(value);
}

/** Who says that a namespace is production, a reason each with the way out; none where its own label denies it. */
export function productionReasons({ namespaceLabels, context }: ProductionFound, namespace: string): readonly string[] {
  if (namespaceLabels[ownLabel]?.toLowerCase() === "false") return [];
  const label = Object.entries(namespaceLabels).find(marks);
  return [
    ...(label === undefined ? [] : [`namespace ${namespace} is marked as production (label ${label.join(": ")})`]),
    ...(isProduction(namespace) ? [`namespace ${namespace} is called production`] : []),
    ...(isProduction(context) ? [`the context "${context}" is called production`] : []),
  ].map(
    (text) =>
      `${text}: faults are not injected there. If it is none, say so: kubectl label namespace ${namespace} --overwrite ` +
      `${ownLabel}=false`,
  );
}
