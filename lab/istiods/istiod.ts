import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemNamespace } from "../../mesh/istio/names";
import { freePorts } from "../freePorts";

/** How an istiod is started for reading. */
export interface IstiodOptions {
  /** Path of `pilot-discovery`. */
  readonly program: string;
  readonly kubeconfig: string;
  /** Its mesh configuration as YAML. Default: what Istio has without any. */
  readonly mesh?: string | undefined;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** How long it may take until it has read a cluster, in seconds. */
const patience = 90;

/** What a person's shell has set for an istiod would be this one's, too. */
const ofIstio = /^(PILOT_|ISTIO|ENABLE_|DISABLE_|EXTERNAL_ISTIOD|CA_|CITADEL_|REVISION$|JWT_|INJECT|VALIDATION)/;

/** Asks a server on loopback. @returns status and body */
export function askLoopback(port: number, path: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: "127.0.0.1", port, path, timeout: 30_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, body });
      });
    });
    asked.on("error", reject).on("timeout", () => asked.destroy(new Error(`${path}: no answer within 30 s`)));
  });
}

/**
 * An istiod that is asked what it would send to proxies. It reads a lab's cluster, listens on loopback alone, injects and
 * validates nothing.
 */
export class ReadIstiod {
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), "jam-istio-istiod-"));
  /** Port of xDS in clear. */
  public xds = 0;
  /** Port of its debug answers. */
  public debug = 0;
  /** Port on which webhooks would call it, by TLS. */
  public webhooks = 0;

  private constructor(private readonly options: IstiodOptions) {}

  /**
   * Starts one and waits until it has read the cluster.
   * @throws Error with its last words where it ends before
   */
  public static async start(options: IstiodOptions): Promise<ReadIstiod> {
    const istiod = new ReadIstiod(options);
    try {
      await istiod.begin();
    } catch (error) {
      await istiod.stop();
      throw error;
    }
    return istiod;
  }

  private async begin(): Promise<void> {
    const { program, kubeconfig, mesh = "", env = {} } = this.options;
    const [http = 0, https = 0, grpc = 0, secure = 0, monitoring = 0] = await freePorts(5);
    const ports = {
      httpAddr: http,
      httpsAddr: https,
      grpcAddr: grpc,
      secureGRPCAddr: secure,
      monitoringAddr: monitoring,
    };
    const meshFile = join(this.folder, "mesh.yaml");
    writeFileSync(meshFile, mesh);
    const logFile = join(this.folder, "istiod.log");
    const log = openSync(logFile, "a");
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofIstio.test(name)));
    this.child = spawn(
      program,
      [
        ...["discovery", "--kubeconfig", kubeconfig, "--namespace", systemNamespace, "--ctrlz_port", "0"],
        ...["--meshConfig", meshFile],
        ...Object.entries(ports).flatMap(([flag, port]) => [`--${flag}`, `127.0.0.1:${String(port)}`]),
      ],
      {
        cwd: this.folder,
        stdio: ["ignore", log, log],
        env: {
          ...own,
          ...{
            POD_NAME: "istiod-read",
            POD_NAMESPACE: systemNamespace,
            SERVICE_ACCOUNT: "istiod",
            REVISION: "default",
          },
          ...{ PILOT_CERT_PROVIDER: "istiod", CLUSTER_ID: "Kubernetes" },
          // What it would write into webhooks is the business of the cluster's own control plane.
          ...{ INJECTION_WEBHOOK_CONFIG_NAME: "", VALIDATION_WEBHOOK_CONFIG_NAME: "" },
          ...env,
        },
      },
    );
    [this.xds, this.debug, this.webhooks] = [grpc, http, https];
    await this.ready();
  }

  /** What it wrote about itself. */
  public async log(): Promise<string> {
    const { readFile } = await import("node:fs/promises");
    return readFile(join(this.folder, "istiod.log"), "utf8");
  }

  private async ready(): Promise<void> {
    for (const end = Date.now() + patience * 1000; Date.now() < end;) {
      if (this.child?.exitCode !== null) throw new Error(`istiod ended: ${lastWords(await this.log())}`);
      const { status } = await this.ask("/ready").catch(() => ({ status: 0 }));
      if (status === 200) return;
      await sleep(100);
    }
    throw new Error(`istiod is not ready after ${String(patience)} s: ${lastWords(await this.log())}`);
  }

  /** Asks its debug port. */
  public ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
    return askLoopback(this.debug, path);
  }

  /** Ends it, and waits: it gives back its leases then. */
  public async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The line in which it says why. */
function lastWords(log: string): string {
  const lines = log.trim().split("\n");
  return [...lines].reverse().find((line) => /^Error: |\b(fatal|error)\b/i.test(line)) ?? lines.at(-1) ?? "";
}
