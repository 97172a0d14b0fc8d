import * as semver from "semver";
import { faultAnnotations, faultLabel } from "../mesh/faults/faultObjects";

/** A resource as the engine shows it to a policy. */
export interface PolicyResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

type Labels = Readonly<Record<string, string>>;
interface Metadata {
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

/** What the gate was told, as far as a rule reads it. */
interface GateProps {
  readonly desired?: { readonly production?: unknown; readonly target?: unknown };
  readonly remembered?: { readonly recorded?: unknown };
}

const isGate = ({ type }: PolicyResource) => type === "pulumi-nodejs:dynamic/jam-istio:UpgradeGate";

/** Whether a resource is a VirtualService that is a fault. */
export function isFault({ type, props }: PolicyResource): boolean {
  const { labels } = (props["metadata"] ?? {}) as Metadata;
  return type.endsWith(":VirtualService") && labels?.[faultLabel] !== undefined;
}

/** Why the faults of a stack may not be: its gate is told that it is production. */
export function faultsInProduction(resources: readonly PolicyResource[]): readonly string[] {
  if (!resources.some((one) => isGate(one) && (one.props as GateProps).desired?.production === true)) return [];
  return resources.filter(isFault).map(({ name }) => `${name}: faults are not injected into a production instance`);
}

/** Why a fault may not be: it has no end. */
export function faultWithoutEnd(resource: PolicyResource): string | undefined {
  if (!isFault(resource)) return undefined;
  const { annotations } = resource.props["metadata"] as Metadata;
  const end = annotations?.[faultAnnotations.end];
  return end === undefined || end === "none" ? `${resource.name}: set faultInjection.expires` : undefined;
}

/** Why a change of the version may not be: it is a downgrade. */
export function downgrade(resource: PolicyResource): string | undefined {
  const { desired, remembered } = resource.props as GateProps;
  const [recorded, target] = [remembered?.recorded, desired?.target];
  if (!isGate(resource) || typeof recorded !== "string" || typeof target !== "string") return undefined;
  if (semver.valid(recorded) === null || semver.valid(target) === null || !semver.lt(target, recorded))
    return undefined;
  return `Istio is downgraded from ${recorded} to ${target}`;
}

const secretKey = /pass(word|phrase|wd)|secret_?key|api_?key|private_?key|access_?key|token$|credential/i;

function plainSecrets(value: unknown, path: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = `${path}.${key}`;
    const plain = secretKey.test(key) && typeof item === "string" && item !== "";
    return plain ? [here] : plainSecrets(item, here);
  });
}

/** Where values of a Helm release look like secrets: they are in its record and in the state, in clear. */
export function secretInValues({ type, name, props }: PolicyResource): readonly string[] {
  if (type !== "kubernetes:helm.sh/v3:Release") return [];
  return plainSecrets(props["values"], "values").map((path) => `${name}: ${path} looks like a secret in clear`);
}
