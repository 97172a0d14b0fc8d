import type { Conversation } from "./answer";
import { greetings, isTls, protocols, type Protocol } from "./protocols";
import { httpBytes, type Request } from "./request";
import type { Opening } from "./script";

/** How long an answer is waited for, in seconds. */
const answerSeconds = 15;
/** How long a server may take for its first word, in seconds, where its protocol is found out. */
const helloSeconds = 1.5;

/** How the request itself begins. @param hello of TLS; of a protocol that was found out */
export function openingOf(request: Request, hello: string): Opening {
  if (request.kind === "http") return { hello: httpBytes(request), seconds: answerSeconds, rest: 5 };
  return { hello, seconds: request.kind === "https" ? answerSeconds : 3, rest: 0 };
}

/** One opening for each way in which a server tells what it is: listening first, and all at the same time. */
export const tellingOpenings = (tlsHello: string): readonly Opening[] =>
  ["", tlsHello, ...protocols.map(({ hello }) => hello)].map((hello) => ({ hello, seconds: helloSeconds, rest: 0 }));

/** What a server told of itself by the answers to {@link tellingOpenings}; `undefined` where it is none that is known. */
export function protocolOf(told: readonly Conversation[]): Pick<Protocol, "name" | "hello" | "portName"> | undefined {
  const [greeting, tls, ...others] = told;
  const greeted = greetings.find(({ is }) => is(greeting?.said ?? ""));
  if (greeted !== undefined) return greeted;
  const found = protocols.find(({ is }, at) => is(others[at]?.said ?? ""));
  if (found !== undefined) return found;
  return isTls(tls?.said ?? "") ? { name: "TLS", hello: "", portName: "https" } : undefined;
}
