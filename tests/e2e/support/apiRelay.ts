import { KubeConfig } from "@kubernetes/client-node";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";

/** A connection to an API server that can be cut, as that of a laptop is which is closed or leaves its network. */
export class ApiRelay {
  private readonly open = new Set<Socket>();
  private isCut = false;
  private readonly server = createServer((client) => {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = connect({ host: this.host, port: this.port });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.open.add(one);
      one
        .on("error", () => undefined)
        .once("close", () => {
          this.open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });

  private constructor(
    private readonly host: string,
    private readonly port: number,
    /** Leads through here. */
    public readonly kubeconfig: string,
  ) {}

  /** @param folder where its kubeconfig is written */
  public static async start(kubeconfig: string, folder: string): Promise<ApiRelay> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const server = config.getCurrentCluster()?.server ?? "";
    const { hostname, port } = new URL(server);
    const relay = new ApiRelay(hostname, Number(port), join(folder, "kubeconfig-relay"));
    await new Promise<void>((resolve) => relay.server.listen(0, "127.0.0.1", resolve));
    const own = `https://127.0.0.1:${String((relay.server.address() as AddressInfo).port)}`;
    writeFileSync(relay.kubeconfig, readFileSync(kubeconfig, "utf8").replaceAll(server, own));
    return relay;
  }

  /** Cuts what is open; nothing can be opened until it is mended. */
  public cut(): void {
    this.isCut = true;
    for (const socket of this.open) socket.destroy();
  }

  public mend(): void {
    this.isCut = false;
  }

  public stop(): void {
    this.cut();
    this.server.close();
  }
}
