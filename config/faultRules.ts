import type { Fault } from "../mesh/faults/fault";
import { fakeService } from "../mesh/faults/faultObjects";
import { shadowed } from "../mesh/faults/overlap";
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

function judgeFault(fault: Fault, path: string, known: readonly string[] | undefined): readonly Problem[] {
  const whom = when(
    (fault.sourceLabels === undefined) === (fault.everyone !== true),
    path,
    "say whom it hits: sourceLabels with the callers' labels, or everyone: true, not both",
  );
  if (fault.type === "externalHost") {
    const text = `"${fault.service}" is no external service of this stack. Allowed: ${known?.join(", ") || "none is configured"}`;
    return [...when(known?.includes(fault.service) === false, `${path}.service`, text), ...whom];
  }
  const ports = fault.type === "tcpRedirect" ? fault.ports : [];
  const twice = ports.find((port, at) => ports.indexOf(port) !== at);
  return [
    ...when(
      fault.host === fakeService,
      `${path}.host`,
      `"${fakeService}" is where faults lead to; choose another Service`,
    ),
    ...when(twice !== undefined, `${path}.ports`, `port ${String(twice)} is listed twice`),
    ...whom,
  ];
}

export const faults: RuleOf = (given) => {
  const { faultInjection, production } = given;
  if (faultInjection === undefined) return [];
  const known = externalNames(given);
  const { enabled, expires, reaper, faults: list } = faultInjection;
  const path = (index: number) => `faultInjection.faults[${String(index)}]`;
  return [
    ...when(enabled && production === true, "faultInjection.enabled", "true is not allowed on a production instance"),
    ...when(
      reaper && expires === undefined,
      "faultInjection.expires",
      "missing: faultInjection.reaper ends the faults at that time",
    ),
    ...list.flatMap((fault, index) => judgeFault(fault, path(index), known)),
    ...shadowed(list).map(({ index, text }) => ({ path: path(index), text })),
  ];
};
