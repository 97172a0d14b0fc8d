import * as semver from "semver";
import { faultAnnotations, isActing, type FaultObject } from "../mesh/faults/faultObjects";
import { plainCredentials } from "../mesh/install/plainCredentials";

/** A resource as the engine shows it to a policy. */
export interface PolicyResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** What the gate was told, as far as a rule reads it. */
interface GateProps {
  readonly desired?: { readonly production?: unknown; readonly target?: unknown };
  readonly remembered?: { readonly recorded?: unknown };
}

const isGate = ({ type }: PolicyResource) => type === "pulumi-nodejs:dynamic/jam-istio:UpgradeGate";

/** The VirtualServices of faults that a resource injects. */
function faultsOf({ type, props }: PolicyResource): readonly FaultObject[] {
  if (type !== "pulumi-nodejs:dynamic/jam-istio:FaultGate") return [];
  const { state, objects = [] } = props as { readonly state?: string; readonly objects?: readonly FaultObject[] };
  return state === "on" ? objects.filter(isActing) : [];
}

/** Why the faults of a stack may not be: its gate is told that it is production. */
export function faultsInProduction(resources: readonly PolicyResource[]): readonly string[] {
  if (!resources.some((one) => isGate(one) && (one.props as GateProps).desired?.production === true)) return [];
  return resources
    .flatMap(faultsOf)
    .map(({ metadata }) => `${metadata.name}: faults are not injected into a production instance`);
}

/** Which faults of a resource may not be: they have no end. */
export function faultsWithoutEnd(resource: PolicyResource): readonly string[] {
  return faultsOf(resource)
    .filter(({ metadata }) => [undefined, "none"].includes(metadata.annotations[faultAnnotations.end]))
    .map(({ metadata }) => `${metadata.name}: set faultInjection.expires`);
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

/** Where values of a Helm release look like secrets: they are in its record and in the state, in clear. */
export function secretInValues({ type, name, props }: PolicyResource): readonly string[] {
  if (type !== "kubernetes:helm.sh/v3:Release") return [];
  return plainCredentials(props["values"]).map(({ path, what }) => `${name}: values${path} ${what}`);
}
