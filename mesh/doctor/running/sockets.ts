import type { Listener } from "./evidence";

/** State of a socket that waits for connections, as the kernel writes it. @see proc(5) */
const listening = "0A";

/** An address of the kernel's that is the machine's own alone: 127.0.0.0/8, ::1, or the first inside of IPv6. */
const isLocal = (address: string) =>
  address.length === 8
    ? address.endsWith("7F")
    : address === "00000000000000000000000001000000" || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(address);

/** Reads `/proc/net/tcp` and `/proc/net/tcp6`, one after the other: what waits for connections in a pod. */
export const listenersIn = (text: string): readonly Listener[] =>
  [...text.matchAll(/^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /gm)]
    .filter(([, , , state]) => state === listening)
    .map(([, address = "", port = ""]) => ({ port: parseInt(port, 16), local: isLocal(address) }));
