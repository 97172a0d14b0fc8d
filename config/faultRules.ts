import type { Fault } from "../mesh/faults/fault";
import { shadowed } from "../mesh/faults/overlap";
import { typeOf } from "../mesh/faults/types";
import { when, type Given, type Problem, type RuleOf } from "./rule";

/** Names that an externalHost fault may have; `undefined` where the list of services is wrong by itself. */
function externalNames({ mysql, mail, dataStorage, externalServices, servicePlaces }: Given) {
  if (externalServices === undefined || servicePlaces !== undefined) return undefined;
  return [
    ...(mysql === undefined || mysql.external ? ["mysql"] : []),
    ...(mail === undefined || mail.external ? ["mail"] : []),
    ...(dataStorage === undefined || dataStorage.mode === "aws" ? ["bucket"] : []),
    ...externalServices.map((service) => service.name),
  ];
}

function judgeFault(fault: Fault, path: string, external: readonly string[] | undefined): readonly Problem[] {
  const whom = when(
    (fault.sourceLabels === undefined) === (fault.everyone !== true),
    path,
    "say whom it hits: sourceLabels with the callers' labels, or everyone: true, not both",
  );
  const own = typeOf(fault).problems(fault, external);
  return [...own.map(({ at, text }) => ({ path: `${path}${at}`, text })), ...whom];
}

export const faults: RuleOf = (given) => {
  const { faultInjection, production } = given;
  if (faultInjection === undefined) return [];
  const external = externalNames(given);
  const { enabled, expires, reaper, faults: list } = faultInjection;
  const path = (index: number) => `faultInjection.faults[${String(index)}]`;
  return [
    ...when(enabled && production === true, "faultInjection.enabled", "true is not allowed on a production instance"),
    ...when(
      enabled && list.length === 0,
      "faultInjection.faults",
      "missing: faultInjection.enabled is true; list the faults, or set it to false",
    ),
    ...when(
      reaper && expires === undefined,
      "faultInjection.expires",
      "missing: faultInjection.reaper ends the faults at that time",
    ),
    ...list.flatMap((fault, index) => judgeFault(fault, path(index), external)),
    ...shadowed(list).map(({ index, text }) => ({ path: path(index), text })),
  ];
};
