import { codeRow } from "./codes";
import type { Severity } from "./codes/row";
import type { Finding } from "./finding";

/** A message of `istioctl analyze -o json`. */
interface Message {
  readonly code?: string;
  readonly level?: string;
  readonly message?: string;
  /** `VirtualService dev701/app`. */
  readonly origin?: string;
  readonly documentationUrl?: string;
}

const severities: Readonly<Record<string, Severity>> = { Error: "error", Warning: "warning", Info: "info" };

/**
 * Reads what `istioctl analyze` found.
 * @param text its JSON; it may be none where nothing was found
 */
export function analyzed(text: string): readonly Finding[] {
  const messages = (text.trim() === "" ? [] : (JSON.parse(text) ?? [])) as readonly Message[];
  return messages.map(({ code = "IST", level = "", message = "", origin = "", documentationUrl = "" }) => ({
    code,
    severity: severities[level] ?? "info",
    object: origin === "" ? "the cluster" : origin,
    evidence: "istioctl analyze",
    sentence: message.split("\n")[0] ?? "",
    remedy: documentationUrl.split("?")[0] ?? "",
  }));
}

/** What istioctl found beside what the doctor found itself: of the same object the same problem only once. */
export const besides = (own: readonly Finding[], others: readonly Finding[]): readonly Finding[] =>
  others.filter(
    (other) =>
      !own.some(({ code, object, sentence, evidence }) => {
        if (codeRow(code)?.analyze?.includes(other.code) !== true) return false;
        // Of a conflict of two objects it may name the other one.
        return object === other.object || `${sentence} ${evidence}`.includes(other.object);
      }),
  );
