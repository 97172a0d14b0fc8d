import { systemNamespace } from "../istio/names";
import { isMarkOf } from "../upgrade/helmHistory";
import { gateType, releaseType } from "../upgrade/stateTypes";
import { isLogin, type PlannedRelease } from "./types";
import type { AnyObject } from "./objects";

/** A resource as a stack's state has it. */
export interface StateResource {
  readonly urn: string;
  readonly custom: boolean;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly inputs?: object;
  readonly outputs?: object;
}

/** What enters the state. */
export interface Entering {
  readonly project: string;
  readonly stack: string;
  readonly kubernetes: { readonly context?: string | undefined; readonly kubeconfig?: string | undefined };
  readonly releases: readonly PlannedRelease[];
  /** Secret kiali and ServiceEntries that are there, in the API version that the program registers. */
  readonly objects: readonly AnyObject[];
  /** Id for the provider, where the state has none yet. */
  readonly providerId: string;
}

const root = "pulumi:pulumi:Stack";

/** The component that a release is part of, and its name, as the program registers it. */
function componentOf({ name, chart }: PlannedRelease): readonly [string, string] {
  if (["istio-init", "base"].includes(chart)) return ["IstioInit", "istio-init"];
  return ["istio", "istiod"].includes(chart) ? ["Istio", "istio"] : ["MeshPart", name];
}

/** The same of an object: component, its name, and the type and name of the resource. */
function resourceOf(object: AnyObject): readonly [string, string, string, string] {
  const { kind, metadata } = object;
  if (isLogin(object)) return ["KialiSecret", "kiali", "kubernetes:core/v1:Secret", "kiali"];
  const type = `kubernetes:${object.apiVersion}:${kind}`;
  return ["ExternalServices", "external", type, `external-${metadata.name}`];
}

/**
 * Names of the state's resources that an adoption entered and no update has come to since: releases without the mark that each of this
 * program's has, and, where not even its gate was there, objects that no field manager of the stack's has written.
 */
export function enteredOnly(there: readonly StateResource[], stack: string): readonly string[] {
  const hasGate = there.some(({ type }) => type === gateType);
  const isEntered = (one: StateResource) => {
    const { type, inputs } = one;
    const { description = "" } = (inputs ?? {}) as { readonly description?: unknown };
    if (type === releaseType) return typeof description === "string" && !isMarkOf(description, stack);
    const isObject = /^kubernetes:.*:(Secret|ServiceEntry)$/.test(type);
    return isObject && !hasGate && fieldManagersOf([one]).length === 0;
  };
  return there.filter(isEntered).map(({ id = "" }) => id);
}

/** The names under which the stack manages fields of its objects: Pulumi gives every resource one of its own. */
export const fieldManagersOf = (there: readonly StateResource[]): readonly string[] =>
  there.flatMap(({ outputs }) => {
    const name = (outputs as { readonly __fieldManager?: unknown } | undefined)?.__fieldManager;
    return typeof name === "string" ? [name] : [];
  });

const isMadeUp = ({ type }: StateResource) => type === "random:index/randomPassword:RandomPassword";

/** Whether Secret kiali holds what the stack itself made up. */
export const madeItsLogin = (there: readonly StateResource[]) =>
  there.some(isMadeUp) &&
  fieldManagersOf(there.filter(({ urn }) => urn.endsWith("kubernetes:core/v1:Secret::kiali"))).length > 0;

/** A state without what was made up for Secret kiali and never got there: older programs stopped between the two. */
export const withoutUnusedLogin = (there: readonly StateResource[]): readonly StateResource[] =>
  madeItsLogin(there) ? there : there.filter((one) => !isMadeUp(one));

/**
 * The resources with which a stack's state knows what runs already, so that the next update changes it and does not make it anew:
 * Helm's releases with the revision they have, and objects by their names. Nothing secret is among them: what an object holds is
 * for the update to say.
 * @param there the state's resources
 * @returns those that it lacks, in an order in which the state can have them
 */
export function enteringResources(entering: Entering, there: readonly StateResource[]): readonly StateResource[] {
  const { project, stack, kubernetes } = entering;
  const urn = (type: string, name: string) => `urn:pulumi:${stack}::${project}::${type}::${name}`;
  const stackUrn = urn(root, `${project}-${stack}`);
  const providerUrn = urn("pulumi:providers:kubernetes", "kubernetes");
  const providerId = there.find((one) => one.urn === providerUrn)?.id ?? entering.providerId;
  const settings = {
    ...(kubernetes.context === undefined ? {} : { context: kubernetes.context }),
    ...(kubernetes.kubeconfig === undefined ? {} : { kubeconfig: kubernetes.kubeconfig }),
    ...{ clusterIdentifier: stack, enableSecretMutable: "true" },
  };
  const component = (type: string, name: string): StateResource => {
    const full = `jam-istio:components:${type}`;
    return { urn: urn(full, name), custom: false, type: full, parent: stackUrn };
  };
  const child = (
    [componentType, componentName]: readonly [string, string],
    own: Pick<StateResource, "type" | "inputs" | "outputs"> & { readonly name: string; readonly id: string },
  ): readonly StateResource[] => {
    const parent = component(componentType, componentName);
    const { name, ...rest } = own;
    const place = { parent: parent.urn, provider: `${providerUrn}::${providerId}` };
    return [parent, { ...rest, custom: true, urn: urn(`${parent.type}$${own.type}`, name), ...place }];
  };
  const releases = entering.releases.flatMap((one) => {
    if (one.from === undefined) return [];
    const { revision, chart, chartVersion: version, meshRevision } = one.from;
    // Which control plane a gateway belongs to decides what its update does: docs/upgrade.md, "Canary".
    const values = meshRevision === undefined ? {} : { revision: meshRevision };
    const inputs = { name: one.name, namespace: systemNamespace, chart, version, values };
    const status = { name: one.name, namespace: systemNamespace, revision, version, status: "deployed" };
    const id = `${systemNamespace}/${one.name}`;
    return child(componentOf(one), { type: releaseType, name: one.name, id, inputs, outputs: { ...inputs, status } });
  });
  const objects = entering.objects.flatMap((object) => {
    const [componentType, componentName, type, name] = resourceOf(object);
    const { apiVersion, kind, metadata } = object;
    const { namespace = "", name: own } = metadata;
    // A Secret's type cannot change: one that the state does not know would look like another.
    const secretType = kind === "Secret" ? { type: (object as { readonly type?: string }).type ?? "Opaque" } : {};
    const inputs = { apiVersion, kind, metadata: { name: own, namespace }, ...secretType };
    // The provider compares with these: without them it would delete the object and make it anew.
    const outputs = { ...inputs, __inputs: inputs };
    return child([componentType, componentName], { type, name, id: `${namespace}/${own}`, inputs, outputs });
  });
  const all: readonly StateResource[] = [
    { urn: stackUrn, custom: false, type: root },
    {
      ...{ urn: providerUrn, custom: true, type: "pulumi:providers:kubernetes", id: providerId },
      ...{ inputs: settings, outputs: settings, parent: stackUrn },
    },
    ...releases,
    ...objects,
  ];
  const known = new Set(there.map((one) => one.urn));
  return [...new Map(all.map((one) => [one.urn, one])).values()].filter((one) => !known.has(one.urn));
}
