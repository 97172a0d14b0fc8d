import { faultOf, type RouteFault } from "./faults";
import { listAt, objectAt, textAt, textsAt, valueAt, type Json } from "./json";
import { clustersOf } from "./listeners";
import { objectOf } from "./names";

/** A route of a proxy: which requests it takes, and what becomes of them. */
export interface Route {
  /** Name of the routes that it is one of: the port, mostly. */
  readonly config: string;
  readonly domains: readonly string[];
  /** What it matches, for a person. */
  readonly match: string;
  /** Clusters that it leads to; none where it answers itself. */
  readonly clusters: readonly string[];
  /** What it answers itself: `502`, `redirect`. */
  readonly direct?: string;
  readonly fault?: RouteFault;
  /** The object of Istio that made it; empty where istiod made it by itself. */
  readonly object: string;
  /** The matcher, as Envoy has it. */
  readonly matcher: Json;
}

function headerText(header: Json): string {
  const texts = [
    textAt(header, "exact_match"),
    textAt(header, "string_match", "exact"),
    textAt(header, "string_match", "prefix"),
    textAt(header, "string_match", "safe_regex", "regex"),
  ];
  return `header ${textAt(header, "name")} ${texts.find((one) => one !== "") ?? ""}`.trim();
}

function matchText(match: Json): string {
  const path = textAt(match, "path");
  const separated = textAt(match, "path_separated_prefix");
  const regex = textAt(match, "safe_regex", "regex") || textAt(match, "regex");
  const place =
    path !== ""
      ? path
      : separated !== ""
        ? `${separated}, ${separated}/*`
        : regex !== ""
          ? `regex ${regex}`
          : `${textAt(match, "prefix")}*`;
  return [place, ...listAt(match, "headers").map(headerText)].join("; ");
}

function directOf(route: Json): string | undefined {
  if (valueAt(route, "direct_response") !== undefined) return textAt(route, "direct_response", "status");
  return valueAt(route, "redirect") === undefined ? undefined : "redirect";
}

/** The routes of one route configuration, in the order in which a proxy tries them. */
export function routesOf(config: Json): readonly Route[] {
  return listAt(config, "virtual_hosts").flatMap((host) =>
    listAt(host, "routes").map((route) => {
      const [direct, fault] = [directOf(route), faultOf(route)];
      return {
        config: textAt(config, "name"),
        domains: textsAt(host, "domains"),
        match: matchText(objectAt(route, "match")),
        clusters: clustersOf(objectAt(route, "route")),
        ...(direct === undefined ? {} : { direct }),
        ...(fault === undefined ? {} : { fault }),
        object: objectOf(route),
        matcher: objectAt(route, "match"),
      };
    }),
  );
}
