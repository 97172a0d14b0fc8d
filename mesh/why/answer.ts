/** How a connection went: what came back, and how it ended. */
export interface Conversation {
  /** `unresolved`: the name has no address; `refused`, `unreachable`: no connection; the others: after one. */
  readonly end: "unresolved" | "refused" | "unreachable" | "closed" | "reset" | "silent" | "open";
  /** What the other side said, a character a byte. */
  readonly said: string;
  /** Until the first byte, or the end; milliseconds. */
  readonly ms: number;
}

/** An answer of HTTP. */
export interface HttpAnswer {
  readonly status: number;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of its body. */
  readonly body: string;
}

/** Takes the sizes out of a body that came in chunks. */
function unchunked(body: string): string {
  let [rest, whole] = [body, ""];
  for (;;) {
    const [line, size = ""] = /^([0-9a-f]+)[^\r\n]*\r\n/i.exec(rest) ?? [];
    const length = Number.parseInt(size, 16);
    if (line === undefined || length === 0) return whole;
    whole += rest.slice(line.length, line.length + length);
    rest = rest.slice(line.length + length + 2);
  }
}

/** The answer as HTTP; `undefined` where it is none. */
export function httpAnswer(said: string): HttpAnswer | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(said) ?? [];
  if (status === undefined) return undefined;
  const end = said.indexOf("\r\n\r\n");
  const [head, body] = end < 0 ? [said, ""] : [said.slice(0, end), said.slice(end + 4)];
  const headers = head
    .split("\r\n")
    .slice(1)
    .flatMap((line) => {
      const at = line.indexOf(":");
      return at < 0 ? [] : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const];
    });
  const named = Object.fromEntries(headers);
  const isChunked = named["transfer-encoding"]?.toLowerCase().includes("chunked") === true;
  return { status: Number(status), headers: named, body: isChunked ? unchunked(body) : body };
}

/** What was said, for a person: one line, without what a terminal cannot show. */
export function saidText(said: string, most = 120): string {
  // Control characters, and all that is not ASCII.
  const shown = said
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[^\x20-\x7e]/g, ".")
    .trim();
  return shown.length > most ? `${shown.slice(0, most)}…` : shown;
}

const ends: Readonly<Record<Conversation["end"], string>> = {
  unresolved: "the name has no address",
  refused: "connection refused",
  unreachable: "no connection",
  closed: "closed without an answer",
  reset: "reset without an answer",
  silent: "connected, no answer",
  open: "connected, no answer",
};

/** How it went, in a few words. */
export function outcomeText({ end, said, ms }: Conversation): string {
  const after = `after ${ms < 1000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`}`;
  const answer = httpAnswer(said);
  if (answer !== undefined) return `HTTP ${String(answer.status)} ${after}`;
  return said === "" ? `${ends[end]} ${after}` : `${String(said.length)} bytes ${after}`;
}
