import type { V1Service } from "@kubernetes/client-node";
import type { Sections } from "../../../settings/schema";
import type { Layout } from "../../../settings/types";
import type { Entry } from "../../install/serviceEntries";
import type { Spec } from "../faultObjects";
import type { Paths } from "../paths";

/** One fault, as the settings have it. */
export type Fault = Sections["faultInjection"]["faults"][number];

/** The faults of a type. */
export type FaultOf<T extends Fault["type"]> = Extract<Fault, { type: T }>;

/** The calls that a fault's rules are for. Of several rules for one call the first wins. */
export interface FaultScope {
  /** What is called: calls to different targets have nothing in common. */
  readonly target: string;
  /** Ports of the target. Default: all. */
  readonly ports?: readonly number[];
  /** Paths of requests. Default: all. */
  readonly paths?: Paths;
}

/** A fault's rules in the VirtualService of one host. */
export interface HostRules {
  /** Name of the VirtualService, without its drill's end. */
  readonly name: string;
  readonly host: string;
  readonly http?: readonly Spec[];
  readonly tcp?: readonly Spec[];
  readonly tls?: readonly Spec[];
}

/** What a fault's target is judged by, where it would act. */
export interface TargetFound {
  readonly services: readonly V1Service[];
  /** Names of the namespace's ServiceEntries. */
  readonly serviceEntries: readonly string[];
}

/** Where a fault would act. */
export interface TargetWanted {
  readonly namespace: string;
  readonly layout: Layout;
  /** Whether the ServiceEntries are there already. Default: an update makes them first. */
  readonly entriesMade?: boolean;
}

/** A problem with one key of a fault: `at` as a person would write it after the fault's place, such as `.host`. */
export interface FaultProblem {
  readonly at: string;
  readonly text: string;
}

/** All that has to be known of a type of fault. */
export interface FaultType<F extends Fault> {
  /** What is faulted, in texts and commands: the fault's name after its type. */
  readonly target: (fault: F) => string;
  /** What happens to a call, such as `answers 503`. */
  readonly effect: (fault: F) => string;
  /** Share of the calls that are hit, in percent. */
  readonly percentage: (fault: F) => number;
  /** The calls that it is for. */
  readonly scope: (fault: F) => FaultScope;
  /** Hosts of its VirtualServices, with its rules in each. */
  readonly rules: (fault: F, entries: readonly Entry[]) => readonly HostRules[];
  /** What its rules lead to; `undefined`: the target itself. */
  readonly leadsTo: (fault: F) => "nobody" | "silence" | undefined;
  /** Name of the ServiceEntry whose hosts it is for; `undefined`: it is for a Service. */
  readonly entry: (fault: F) => string | undefined;
  /**
   * What is wrong with it in the settings alone.
   * @param external names of the stack's external services; `undefined` where these are wrong by themselves
   */
  readonly problems: (fault: F, external: readonly string[] | undefined) => readonly FaultProblem[];
  /** Why its target in the cluster would not feel it, with the way out. */
  readonly judgeTarget: (fault: F, found: TargetFound, wanted: TargetWanted) => readonly string[];
}

/** The part of a match that says who calls. */
export const callers = ({ sourceLabels }: Pick<Fault, "sourceLabels">) =>
  sourceLabels === undefined ? {} : { sourceLabels };

/** A route to a host. */
export const routeTo = (host: string, port?: number) => [
  { destination: { host, ...(port === undefined ? {} : { port: { number: port } }) } },
];
