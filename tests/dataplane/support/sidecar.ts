import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { mustRun } from "../../../tools/run";
import { bootstrap } from "./bootstrap";
import type { PodPlace } from "./kubelet/pods";

/** A call that is measured. */
export interface Probe {
  readonly kind: "http" | "read" | "hold";
  readonly address: string;
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly send?: string;
  readonly servername?: string;
  readonly count?: number;
  /** Milliseconds after which a silent connection counts as hanging. */
  readonly timeout?: number;
}

/** How it went: a status, the first bytes, or how the connection ended; milliseconds. */
export interface Measured {
  readonly result: string;
  readonly ms: number;
  readonly connected?: number;
}

/** A server in the sidecar's network. */
export interface Backend {
  readonly kind: "http" | "greeting" | "echo" | "memcached" | "tls" | "relay";
  readonly address: string;
  readonly port: number;
  readonly key?: string;
  readonly cert?: string;
  /** What `greeting` says. Default: `hello`. */
  readonly text?: string;
  /** Unix socket where `relay` leads. */
  readonly path?: string;
}

/** What a sidecar is started with. */
export interface SidecarOptions {
  readonly envoy: string;
  readonly folder: string;
  /** Unix socket that leads to istiod. */
  readonly xds: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** More of the metadata that its agent would send to istiod. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly backends: readonly Backend[];
  /** Port of its own address on which HTTP is served behind the proxy: what comes there goes through the proxy's inbound side. */
  readonly inbound?: number;
  /** Names and addresses that its /etc/hosts has. */
  readonly names: Readonly<Record<string, string>>;
}

const traffic = join(__dirname, "traffic.js");
const [proxyUser, capturePort, inboundPort] = ["1337", "15001", "15006"];
let count = 0;

/** A real Envoy as a sidecar: every connection made in its network namespace goes through it. */
export class Sidecar {
  private readonly children: ChildProcess[] = [];

  private constructor(
    /** Name of its pod. */
    public readonly pod: string,
    private readonly netns: string,
    /** Address of its pod. */
    public readonly address: string,
    private readonly options: SidecarOptions,
  ) {}

  public static async start(options: SidecarOptions): Promise<Sidecar> {
    count += 1;
    const sidecar = new Sidecar(
      `app-${String(count)}`,
      `jam-${String(process.pid)}-${String(count)}`,
      `10.99.0.${String(count)}`,
      options,
    );
    await sidecar.setUp();
    return sidecar;
  }

  private async ip(...args: readonly string[]): Promise<void> {
    await mustRun("ip", args, { seconds: 20 });
  }

  private inside(args: readonly string[]): Promise<string> {
    return mustRun("ip", ["netns", "exec", this.netns, ...args], { seconds: 600 });
  }

  private async setUp(): Promise<void> {
    const { backends, names, namespace, folder } = this.options;
    mkdirSync(`/etc/netns/${this.netns}`, { recursive: true });
    const hosts = Object.entries(names).map(([name, address]) => `${address} ${name}\n`);
    writeFileSync(`/etc/netns/${this.netns}/hosts`, `127.0.0.1 localhost\n${hosts.join("")}`);
    await this.ip("netns", "add", this.netns);
    await this.inside(["ip", "link", "set", "lo", "up"]);
    const own = this.address;
    for (const address of new Set([own, ...backends.map((one) => one.address)]))
      await this.inside(["ip", "addr", "add", `${address}/32`, "dev", "lo"]);
    await this.inside(["ip", "route", "add", "default", "dev", "lo", "src", own]);
    // What the proxy itself sends goes out; all else goes to the proxy.
    const captured = ["-p", "tcp", "-m", "owner", "!", "--uid-owner", proxyUser, "!", "-d", "127.0.0.1/32"];
    const redirect = ["-j", "REDIRECT", "--to-ports", capturePort];
    const { inbound } = this.options;
    const served: readonly Backend[] =
      inbound === undefined ? [] : [{ kind: "http", address: this.address, port: inbound }];
    // The proxy's inbound side calls its application from this address.
    const incoming = ["-p", "tcp", "!", "-s", "127.0.0.6/32", "-d", `${this.address}/32`];
    for (const { port } of served)
      await this.inside([
        ...["iptables", "-t", "nat", "-A", "OUTPUT", ...incoming, "--dport", String(port)],
        ...["-j", "REDIRECT", "--to-ports", inboundPort],
      ]);
    await this.inside(["iptables", "-t", "nat", "-A", "OUTPUT", ...captured, ...redirect]);
    // The proxy's own administration is where programs in the pod look for it, too.
    const admin: Backend = { kind: "relay", address: "127.0.0.1", port: 15000, path: this.adminSocket };
    await this.spawned([process.execPath, traffic, "serve", JSON.stringify([...backends, ...served, admin])], true);
    const file = join(folder, `${this.netns}.json`);
    const id = `sidecar~${own}~${this.pod}.${namespace}~${namespace}.svc.cluster.local`;
    writeFileSync(file, JSON.stringify(bootstrap(id, this.adminSocket, this.options)));
    const user = ["setpriv", `--reuid=${proxyUser}`, `--regid=${proxyUser}`, "--clear-groups"];
    const envoy = [this.options.envoy, "-c", file, "--concurrency", "1", "--log-level", "warning"];
    await this.spawned(
      [...user, ...envoy, "--component-log-level", "misc:error", "--use-dynamic-base-id", "--drain-time-s", "45"],
      false,
    );
  }

  /** @param speaks whether it says on its standard output that it is ready; else what it says is its log */
  private async spawned(args: readonly string[], speaks: boolean): Promise<void> {
    const log = openSync(this.log, "a");
    const stdio = speaks ? (["ignore", "pipe", "pipe"] as const) : (["ignore", "ignore", log] as const);
    const child = spawn("ip", ["netns", "exec", this.netns, ...args], { stdio: [...stdio] });
    closeSync(log);
    this.children.push(child);
    if (!speaks) return;
    const lines: string[] = [];
    child.stderr?.on("data", (data: Buffer) => lines.push(data.toString()));
    const ended = once(child, "exit").then(() => {
      throw new Error(`${args[0] ?? ""} ended: ${lines.join("")}`);
    });
    await Promise.race([child.stdout === null ? undefined : once(child.stdout, "data"), ended]);
  }

  /** Makes calls, in order; the same probe `count` times, twenty at once. */
  public async measure(...probes: readonly Probe[]): Promise<readonly Measured[]> {
    const text = await this.inside([process.execPath, traffic, "probe", JSON.stringify(probes)]);
    return JSON.parse(text.trim().split("\n").at(-1) ?? "[]") as Measured[];
  }

  /** Holds the proxy up, as a node does that has no time for it, or lets it go on: meanwhile it answers nobody. */
  public hold(isHeld: boolean): void {
    this.children.at(-1)?.kill(isHeld ? "SIGSTOP" : "SIGCONT");
  }

  /** The command lines of all that runs in the pod's network, but for what is just ending. */
  public async processes(): Promise<readonly string[]> {
    const pids = (await mustRun("ip", ["netns", "pids", this.netns], { seconds: 20 })).split("\n");
    return pids
      .flatMap((pid) => {
        try {
          return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
        } catch {
          return [];
        }
      })
      .filter((line) => line !== "")
      .sort();
  }

  /** Unix socket of the proxy's own administration. */
  public get adminSocket(): string {
    return join(this.options.folder, `${this.netns}.sock`);
  }

  /** File with the proxy's log. */
  private get log(): string {
    return join(this.options.folder, `${this.netns}.log`);
  }

  /** Where the pod's processes are, for a kubelet. */
  public get place(): PodPlace {
    return { netns: this.netns, adminSocket: this.adminSocket, log: this.log };
  }

  /** Asks the proxy's own administration. */
  public admin(path: string, method = "GET"): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = { socketPath: this.adminSocket, path: `/${path}`, method, timeout: 10_000 };
      const call = request(asked, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => {
          resolve(text);
        });
      });
      call
        .on("timeout", () => call.destroy(new Error("the proxy does not answer")))
        .on("error", reject)
        .end();
    });
  }

  public async stop(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    await this.ip("netns", "pids", this.netns).catch(() => undefined);
    await mustRun("sh", ["-c", `ip netns pids ${this.netns} | xargs -r kill -9; ip netns del ${this.netns}`], {
      seconds: 20,
    }).catch(() => undefined);
    rmSync(`/etc/netns/${this.netns}`, { recursive: true, force: true });
  }
}
