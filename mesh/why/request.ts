import { isIP } from "node:net";

/** What a person wants to know about: a request of the application. */
export interface Request {
  /** `tcp` where only a host and a port are known: what is spoken there is found out. */
  readonly kind: "http" | "https" | "tcp";
  readonly host: string;
  readonly port: number;
  /** Path with its query; `/` where there is none. */
  readonly path: string;
}

const allowed = "Allowed: http://ct-webapp/login, https://api.example.com, or host:port such as memcached:11211";

/**
 * Reads `<url|host:port>`.
 * @throws Error with one line where it is none
 */
export function readRequest(text: string): Request {
  const [, host = "", port = ""] = /^\[?([^\s/[\]@]+?)\]?:(\d+)$/.exec(text) ?? [];
  if (host !== "" && !text.includes("//")) {
    if (Number(port) < 1 || Number(port) > 65535) throw new Error(`${text}: a port is 1 to 65535`);
    return { kind: "tcp", host, port: Number(port), path: "/" };
  }
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new Error(`"${text}" cannot be asked. ${allowed}`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new Error(
      `a URL with a user or a password is not asked: both would stand in the pod's process list. ${allowed}`,
    );
  const kind = url.protocol === "https:" ? "https" : "http";
  return {
    kind,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (kind === "https" ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
  };
}

/** `http://ct-webapp:80/`, or `memcached:11211`. */
export function requestText({ kind, host, port, path }: Request): string {
  const named = isIP(host) === 6 ? `[${host}]` : host;
  return kind === "tcp" ? `${named}:${String(port)}` : `${kind}://${named}:${String(port)}${path}`;
}

/** The bytes of the request. Its connection ends with the answer. */
export function httpBytes({ host, port, path }: Request): string {
  // As clients do it: without the port where it is HTTP's own.
  const authority = port === 80 ? host : `${host}:${String(port)}`;
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${authority}`, "User-Agent: jam-istio-why", "Accept: */*"];
  return [...lines, "Connection: close", "", ""].join("\r\n");
}
