import type { V1Pod } from "@kubernetes/client-node";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import { generate } from "selfsigned";
import { WebSocketServer, type WebSocket } from "ws";
import { EphemeralContainers } from "./ephemeral";
import { execIn, Processes } from "./exec";
import { sendLog } from "./logs";
import { containerOf, PodClient, type PodPlace } from "./pods";
import { forwardPort } from "./portForward";

/** What a kubelet needs to know of its node. */
export interface KubeletOptions {
  /** The socket where the lab's agent looks for one: `kubelet.sock` in the plane's folder. */
  readonly socket: string;
  readonly kubeconfig: string;
  /** Folder for logs. */
  readonly folder: string;
  /** Where a pod's processes are; `undefined`: it is simulated, and has none. */
  readonly placeOf: (pod: V1Pod) => PodPlace | undefined;
}

/**
 * Stands for a node's kubelet, for pods whose containers are processes of the tests: port-forward, exec and logs through the API server,
 * and ephemeral containers, which it runs. Commands see the pod's network, user and capabilities, and this machine's files and programs;
 * of a distroless image none. `attach`, probes and deadlines are not there.
 */
export class Kubelet {
  private readonly processes = new Processes();
  private readonly ephemeral: EphemeralContainers;
  private readonly pods: PodClient;
  private readonly sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  private live = new Set<string | undefined>();
  private readonly gone = new Set<string | undefined>();
  /** Forwarded connections, with their pods; they end with these. */
  private readonly forwarded = new Map<WebSocket, string | undefined>();
  private readonly timer: NodeJS.Timeout;
  private busy = false;

  private constructor(
    private readonly server: Server,
    private readonly options: KubeletOptions,
  ) {
    this.pods = new PodClient(options.kubeconfig);
    this.ephemeral = new EphemeralContainers(options.folder, this.processes);
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Whoever asks may be killed meanwhile.
      socket.on("error", () => undefined);
      this.upgrade(request, socket, head).catch(() => socket.destroy());
    });
    server.on("request", (request, response) => {
      const { namespace, pod, container, query } = partsOf(request);
      this.pods
        .find(namespace, pod)
        .then((found) => {
          const file =
            found?.spec?.ephemeralContainers?.some(({ name }) => name === container) === true
              ? this.ephemeral.logOf(found, container)
              : container === "istio-proxy" && found !== undefined
                ? options.placeOf(found)?.log
                : undefined;
          return sendLog(response, file, query, () => !this.gone.has(found?.metadata?.uid));
        })
        .catch(() => response.destroy());
    });
    this.timer = setInterval(() => void this.turn(), 200);
  }

  public static async start(options: KubeletOptions): Promise<Kubelet> {
    const { private: key, cert } = await generate([{ name: "commonName", value: "kubelet" }], { keySize: 2048 });
    const server = createServer({ key, cert });
    const kubelet = new Kubelet(server, options);
    await new Promise<void>((resolve) => server.listen(options.socket, resolve));
    return kubelet;
  }

  /** How many commands and forwarded ports are being served. */
  public get serving(): number {
    return this.sockets.clients.size;
  }

  /** Cuts every connection, as a network does that fails. */
  public cut(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
  }

  public stop(): void {
    clearInterval(this.timer);
    this.processes.keep([]);
    this.cut();
    this.sockets.close();
    this.server.close();
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { verb, namespace, pod: name, container: containerName, query } = partsOf(request);
    const pod = await this.pods.find(namespace, name);
    const place = pod === undefined ? undefined : this.options.placeOf(pod);
    const refuse = (text: string) => {
      const length = String(Buffer.byteLength(text));
      socket.end(`HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\n\r\n${text}`);
    };
    if (verb === "portForward") {
      this.sockets.handleUpgrade(request, socket, head, (opened) => {
        this.forwarded.set(opened, pod?.metadata?.uid);
        opened.once("close", () => this.forwarded.delete(opened));
        forwardPort(opened, Number(query.get("port")), place?.adminSocket);
      });
      return;
    }
    const container = pod === undefined ? undefined : containerOf(pod, containerName);
    const isUp = container?.isEphemeral !== true || (pod !== undefined && this.ephemeral.isRunning(pod, containerName));
    if (verb !== "exec" || pod === undefined || place === undefined || container === undefined || !isUp) {
      refuse(`container not found ("${containerName}")`);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (opened) => {
      execIn(opened, { pod, place, container }, query.getAll("command"), this.processes);
    });
  }

  /** Looks what has become of the pods. */
  private async turn(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const pods = await this.pods.list();
      const live = new Set(pods.map(({ metadata }) => metadata?.uid));
      for (const uid of this.live) if (!live.has(uid)) this.gone.add(uid);
      this.live = live;
      this.processes.keep(pods);
      for (const [socket, uid] of this.forwarded) if (!live.has(uid)) socket.terminate();
      for (const pod of pods) {
        const place = this.options.placeOf(pod);
        const states = place === undefined ? undefined : this.ephemeral.turn(pod, place);
        if (states !== undefined) await this.pods.setEphemeral(pod, states);
      }
    } catch {
      // The API server is being stopped, or a pod is just gone; the next turn tells.
    } finally {
      this.busy = false;
    }
  }
}

/** A kubelet's paths: `/exec/<namespace>/<pod>/<container>`. */
function partsOf({ url }: IncomingMessage) {
  const { pathname, searchParams: query } = new URL(url ?? "", "https://node");
  const [, verb = "", namespace = "", pod = "", container = ""] = pathname.split("/");
  return { verb, namespace, pod, container, query };
}
