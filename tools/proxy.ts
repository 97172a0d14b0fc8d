import { BlockList, isIP } from "node:net";

/** The first that is set, and not to nothing. */
const given = (env: NodeJS.ProcessEnv, ...names: readonly string[]) =>
  names.map((name) => env[name]).find((value) => value !== undefined && value !== "");

/** `[host, port]` of an entry, or of a URL's end; no port where none is written. */
function parts(entry: string): readonly [host: string, port: string | undefined] {
  const [, host = entry, port] = isIP(entry) === 0 ? (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []) : [];
  return [host.replace(/^\[(.*)\]$/, "$1"), port];
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether a network such as `10.0.0.0/8` has an address. */
function contains(network: string, address: string): boolean {
  const [begin = "", bits = ""] = network.split("/");
  const size = Number(bits);
  if (isIP(begin) === 0 || isIP(address) === 0 || !/^\d+$/.test(bits) || size > (isIP(begin) === 6 ? 128 : 32))
    return false;
  const list = new BlockList();
  list.addSubnet(begin, size, familyOf(begin));
  return list.check(address, familyOf(address));
}

/** Whether an entry of NO_PROXY is about a host. */
function isAbout(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return contains(entry, host);
  const [name, only] = parts(entry);
  if (name === "" || (only !== undefined && only !== port)) return false;
  if (isIP(host) !== 0) return name === host;
  const domain = name.replace(/^\*\./, ".");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

const isLoopback = (host: string) =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/**
 * The proxy through which a URL is asked, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY; `undefined` where there is none. By the same
 * rules as kubectl, Helm and Pulumi's providers go, so that all parts of a run take the same way: loopback never has one.
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
export function proxyFor(url: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const names = { "https:": "HTTPS_PROXY", "http:": "HTTP_PROXY" }[protocol];
  const proxy = names && given(env, names, names.toLowerCase());
  if (proxy === undefined) return undefined;
  const [host] = parts(hostname);
  const own = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  const entries = (given(env, "NO_PROXY", "no_proxy") ?? "").toLowerCase().split(",");
  if (isLoopback(host) || entries.some((entry) => isAbout(entry.trim(), host, own))) return undefined;
  const whole = /^[a-z\d]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  return URL.canParse(whole) ? whole : undefined;
}
