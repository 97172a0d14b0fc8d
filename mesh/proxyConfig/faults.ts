import { numberAt, objectAt, textAt, valueAt, type Json } from "./json";

/** A fault that a proxy injects into the requests of a route. */
export interface RouteFault {
  /** Status that it answers itself. */
  readonly abort?: number;
  /** How long it waits, as Envoy writes it: `7s`. */
  readonly delay?: string;
  /** Share of the requests, in percent. */
  readonly percentage: number;
}

const denominators: Readonly<Record<string, number>> = { TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

function percentageOf(part: Json): number {
  const of = denominators[textAt(part, "percentage", "denominator")] ?? 100;
  return (numberAt(part, "percentage", "numerator") * 100) / of;
}

/**
 * The fault of a route; `undefined` where it has none. The filter's name is `envoy.fault` in Istio 1.4.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/fault/v3/fault.proto
 */
export function faultOf(route: Json): RouteFault | undefined {
  const filters = { ...objectAt(route, "per_filter_config"), ...objectAt(route, "typed_per_filter_config") };
  const config = filters["envoy.filters.http.fault"] ?? filters["envoy.fault"];
  const [abort, delay] = [objectAt(config, "abort"), objectAt(config, "delay")];
  const status = valueAt(abort, "http_status");
  const fixed = textAt(delay, "fixed_delay");
  if (status === undefined && fixed === "") return undefined;
  return {
    ...(status === undefined ? {} : { abort: numberAt(abort, "http_status") }),
    ...(fixed === "" ? {} : { delay: fixed }),
    percentage: Math.max(percentageOf(abort), percentageOf(delay)),
  };
}

/** `answers 503 for 100 %`. */
export function faultText({ abort, delay, percentage }: RouteFault): string {
  const share = `${String(percentage)} %`;
  const parts = [
    ...(abort === undefined ? [] : [`answers ${String(abort)}`]),
    ...(delay === undefined ? [] : [`waits ${delay}`]),
  ];
  return `${parts.join(" and ")} for ${share}`;
}
