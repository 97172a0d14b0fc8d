import type { V1Service } from "@kubernetes/client-node";
import type { Layout } from "../../../settings/types";
import { listText } from "../../rollout/plan";
import { fakeService, faultPrefix } from "../faultObjects";
import { portKind, type PortKind } from "../ports";
import type { FaultProblem, TargetFound, TargetWanted } from "./faultType";

// What the types of faults have in common that are for a Service of the namespace.

/** Name of the VirtualService for a Service, without its drill's end. */
export const serviceRuleName = (host: string) => `${faultPrefix}service-${host}`;

/** The Service that faults lead to is none to fault. */
export const judgeHost = ({ host }: { readonly host: string }): readonly FaultProblem[] =>
  host === fakeService
    ? [{ at: ".host", text: `"${fakeService}" is where faults lead to; choose another Service` }]
    : [];

/** A port of a Service, and how a sidecar treats it. */
export interface ServicePort {
  readonly port: number;
  readonly kind: PortKind;
}

export const portText = (ports: readonly ServicePort[]) =>
  ports.map(({ port, kind }) => `${String(port)} (${kind})`).join(", ") || "none";

const portsOf = ({ spec }: V1Service, layout: Layout): readonly ServicePort[] =>
  (spec?.ports ?? []).map((one) => ({ port: one.port, kind: portKind(one, layout) }));

/** Judges a Service's ports, or says that there is no such Service. */
export function judgeService(
  host: string,
  { services }: TargetFound,
  { namespace, layout }: TargetWanted,
  judgePorts: (ports: readonly ServicePort[]) => readonly string[],
): readonly string[] {
  const service = services.find(({ metadata }) => metadata?.name === host);
  if (service !== undefined) return judgePorts(portsOf(service, layout));
  const names = services.map(({ metadata }) => metadata?.name ?? "").filter((name) => name !== fakeService);
  return [`namespace ${namespace} has no Service "${host}" (it has: ${listText(names.sort()) || "none"})`];
}
