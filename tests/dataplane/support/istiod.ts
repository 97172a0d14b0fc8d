import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, openSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A real istiod on loopback, and the Unix socket that leads to it from every network namespace. */
export class Istiod {
  private child: ChildProcess | undefined;
  private relays: Server[] = [];
  private port = 0;
  private debugPort = 0;

  public constructor(
    private readonly program: string,
    private readonly kubeconfig: string,
    private readonly folder: string,
  ) {}

  public get xds(): string {
    return join(this.folder, "xds.sock");
  }

  /** Where it answers questions about itself, as on port 8080. */
  public get debug(): string {
    return join(this.folder, "debug.sock");
  }

  /** Starts it, or starts it again, and waits until it serves. A port that was free may be taken by then: it tries three times. */
  public async start(): Promise<void> {
    for (let turn = 1; ; turn++) {
      await this.startOnce();
      if (await this.serves()) return;
      if (turn === 3) throw new Error(`istiod does not start: ${join(this.folder, "istiod.log")}`);
      this.port = 0;
    }
  }

  private async serves(): Promise<boolean> {
    const { child } = this;
    for (;;) {
      if (child?.exitCode !== null) return false;
      const open = await new Promise<boolean>((resolve) => {
        const socket = connect(this.port, "127.0.0.1", () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => {
          resolve(false);
        });
      });
      if (open) return true;
      await sleep(100);
    }
  }

  private async startOnce(): Promise<void> {
    const mesh = join(this.folder, "mesh.yaml");
    // A stock Envoy has none of Istio's own filters.
    const proxies = "defaultConfig: { terminationDrainDuration: 5s }";
    writeFileSync(mesh, `enablePrometheusMerge: false\nenableAutoMtls: false\n${proxies}\n`);
    const names = ["--httpAddr", "--httpsAddr", "--secureGRPCAddr", "--monitoringAddr"];
    const addresses = [];
    for (const name of names) {
      const free = await freePort();
      if (name === "--httpAddr") this.debugPort = free;
      addresses.push(name, `127.0.0.1:${String(free)}`);
    }
    if (this.port === 0) this.port = await freePort();
    const log = openSync(join(this.folder, "istiod.log"), "a");
    this.child = spawn(
      this.program,
      [
        ...["discovery", "--kubeconfig", this.kubeconfig, "--namespace", "istio-system", "--ctrlz_port", "0"],
        ...["--meshConfig", mesh, "--grpcAddr", `127.0.0.1:${String(this.port)}`, ...addresses],
      ],
      {
        cwd: this.folder,
        stdio: ["ignore", log, log],
        env: {
          ...process.env,
          ...{ POD_NAME: "istiod", POD_NAMESPACE: "istio-system", SERVICE_ACCOUNT: "istiod", REVISION: "default" },
          ...{ PILOT_CERT_PROVIDER: "istiod", CLUSTER_ID: "Kubernetes" },
          ...{ PILOT_ENABLE_METADATA_EXCHANGE: "false", PILOT_ENABLE_ALPN_FILTER: "false" },
          ...{ INJECTION_WEBHOOK_CONFIG_NAME: "", VALIDATION_WEBHOOK_CONFIG_NAME: "" },
        },
      },
    );
    if (this.relays.length > 0) return;
    this.relays = [await this.relay(this.xds, () => this.port), await this.relay(this.debug, () => this.debugPort)];
  }

  /** A Unix socket that leads to a port of it, wherever that is after it has begun again. */
  private async relay(path: string, port: () => number): Promise<Server> {
    const relay = createServer((from) => {
      const target = connect(port(), "127.0.0.1", () => from.pipe(target).pipe(from));
      const end = () => {
        from.destroy();
        target.destroy();
      };
      for (const socket of [from, target]) socket.on("error", end).on("close", end);
    });
    await new Promise<void>((resolve) => relay.listen(path, resolve));
    // The proxy has a user of its own.
    chmodSync(path, 0o777);
    return relay;
  }

  /** Ends the process; its socket stays. */
  public kill(): void {
    this.child?.kill("SIGKILL");
    this.child = undefined;
  }

  public stop(): void {
    this.kill();
    for (const relay of this.relays) relay.close();
  }
}
