import type { Sections } from "../../settings/schema";

/** One fault, as the settings have it. */
export type Fault = Sections["faultInjection"]["faults"][number];

/** A fault of requests over HTTP. */
export type HttpFault = Extract<Fault, { type: "httpAbort" | "httpDelay" }>;

/** What a fault is called in texts and commands: `httpDelay/ct-webapp/auth`, `externalHost/mysql`. */
export function faultName(fault: Fault): string {
  if (fault.type === "externalHost") return `${fault.type}/${fault.service}`;
  const prefix = isHttp(fault) ? (fault.prefix ?? "") : "";
  return `${fault.type}/${fault.host}${prefix === "/" ? "" : prefix}`;
}

export const isHttp = (fault: Fault): fault is HttpFault => fault.type === "httpAbort" || fault.type === "httpDelay";

function effect(fault: Fault): string {
  switch (fault.type) {
    case "httpAbort":
      return `answers ${String(fault.httpStatus)}`;
    case "httpDelay":
      return `is slower by ${fault.fixedDelay}`;
    case "tcpRedirect":
      return `closes connections to ${fault.ports.join(" and ")}`;
    case "externalHost":
      return fault.mode === "hang" ? "hangs" : "is cut off";
  }
}

/** `pods {app: ps}`, or `every pod`. */
export function callersText({ sourceLabels }: Pick<Fault, "sourceLabels">): string {
  if (sourceLabels === undefined) return "every pod";
  const labels = Object.entries(sourceLabels).map(([key, value]) => `${key}: ${value}`);
  return `pods {${labels.join(", ")}}`;
}

/** What breaks for whom, in a few words: `ct-webapp/auth is slower by 7s for pods {app: ps}`. */
export function faultText(fault: Fault): string {
  const target = faultName(fault).slice(fault.type.length + 1);
  const share = isHttp(fault) && fault.percentage !== 100 ? ` in ${String(fault.percentage)} % of the calls` : "";
  return `${target} ${effect(fault)}${share} for ${callersText(fault)}`;
}
