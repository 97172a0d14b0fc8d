import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { run } from "../tools/run";
import type { AgentClient } from "./agentClient";
import { freePorts } from "./freePorts";
import type { LabInfo } from "./planeFile";

const namespace = "istio-system";
const service = "istiod";

/** The program istiod, in the place of its simulated pod: it injects and validates while that is ready, and of its version. */
export class RealIstiod {
  private child: ChildProcess | undefined;
  private webhookPort = 0;
  private monitoringPort = 0;
  private version: string | undefined;

  public constructor(
    private readonly client: AgentClient,
    private readonly plane: LabInfo,
    private readonly program: string,
  ) {}

  /** Whether the program answers for a Service. */
  public answersFor(name: string): boolean {
    return this.child !== undefined && name === service;
  }

  /** The port on loopback where calls to an address of the cluster go, if they are the program's. */
  public async portFor(address: string): Promise<number | undefined> {
    if (this.child === undefined) return undefined;
    if (address.endsWith(":15014")) return this.monitoringPort;
    const { spec } = await this.client.core.readNamespacedService({ name: service, namespace });
    return spec?.clusterIP !== undefined && address.startsWith(`${spec.clusterIP}:`) ? this.webhookPort : undefined;
  }

  /** Starts the program when a pod of its version is ready, ends it when none is. */
  public async turn(): Promise<void> {
    const image = await this.client.readyImage(namespace, service).catch(() => undefined);
    const wanted = image?.includes(`:${await this.ownVersion()}`) === true;
    if (wanted && this.child === undefined) await this.start();
    if (!wanted) this.stop();
  }

  public stop(): void {
    this.child?.kill("SIGKILL");
    this.child = undefined;
  }

  private async ownVersion(): Promise<string> {
    if (this.version !== undefined) return this.version;
    const { stdout } = await run(this.program, ["version", "--short"], { seconds: 20 });
    this.version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "unreadable";
    return this.version;
  }

  private async start(): Promise<void> {
    const [http, https = 0, grpc, secureGrpc, monitoring = 0] = await freePorts(5);
    const ports = {
      httpAddr: http,
      httpsAddr: https,
      grpcAddr: grpc,
      secureGRPCAddr: secureGrpc,
      monitoringAddr: monitoring,
    };
    const addresses = Object.entries(ports).flatMap(([flag, port]) => [`--${flag}`, `127.0.0.1:${String(port)}`]);
    const { kubeconfig, folder } = this.plane;
    const log = openSync(join(folder, "istiod.log"), "a");
    const child = spawn(
      this.program,
      ["discovery", "--kubeconfig", kubeconfig, "--namespace", namespace, "--ctrlz_port", "0", ...addresses],
      {
        cwd: folder,
        stdio: ["ignore", log, log],
        env: {
          ...process.env,
          ...{ POD_NAME: "istiod-lab", POD_NAMESPACE: namespace, SERVICE_ACCOUNT: service, REVISION: "default" },
          ...{ PILOT_CERT_PROVIDER: "istiod", CLUSTER_ID: "Kubernetes" },
          INJECTION_WEBHOOK_CONFIG_NAME: "istio-sidecar-injector",
          VALIDATION_WEBHOOK_CONFIG_NAME: "istio-validator-istio-system",
        },
      },
    );
    child.once("exit", () => {
      if (this.child === child) this.child = undefined;
    });
    this.webhookPort = https;
    this.monitoringPort = monitoring;
    this.child = child;
  }
}
