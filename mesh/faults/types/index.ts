import { externalHost } from "./externalHost";
import type { Fault, FaultOf, FaultType } from "./faultType";
import { httpAbort } from "./httpAbort";
import { httpDelay } from "./httpDelay";
import { tcpRedirect } from "./tcpRedirect";

/** Every type of fault: one that the schema has and this table has not does not compile. */
const types: { readonly [T in Fault["type"]]: FaultType<FaultOf<T>> } = {
  httpAbort,
  httpDelay,
  tcpRedirect,
  externalHost,
};

/** What is known of a fault's type. */
export const typeOf = <F extends Fault>({ type }: F) => types[type] as unknown as FaultType<F>;
