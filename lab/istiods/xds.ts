import { Client, credentials, type ClientDuplexStream } from "@grpc/grpc-js";
import { decodeResponse, encodeRequest, type Answer, type Asked, type ProxyNode } from "./messages";

const stream = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";

/** Types of resources. */
export const types = {
  clusters: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  listeners: "type.googleapis.com/envoy.config.listener.v3.Listener",
  routes: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  endpoints: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
} as const;

/** How long an answer may take, in seconds. */
const patience = 30;

/** A connection of a proxy that does nothing: it asks, and acknowledges whatever comes. */
export class XdsConnection {
  private readonly client: Client;
  private readonly call: ClientDuplexStream<Asked, Answer>;
  private readonly names = new Map<string, readonly string[]>();
  private readonly waiting = new Map<string, () => void>();
  private failed: Error | undefined;

  /** @param port of xDS in clear, on loopback */
  public constructor(
    port: number,
    private readonly node: ProxyNode,
  ) {
    // Nothing of the environment's: a proxy for HTTP would be asked for loopback.
    const options = { "grpc.enable_http_proxy": 0, "grpc.max_receive_message_length": -1 };
    this.client = new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure(), options);
    this.call = this.client.makeBidiStreamRequest(stream, encodeRequest, decodeResponse);
    this.call.on("data", (answer: Answer) => {
      const { typeUrl, versionInfo, nonce: responseNonce } = answer;
      this.call.write({ node, typeUrl, resourceNames: this.names.get(typeUrl) ?? [], versionInfo, responseNonce });
      this.waiting.get(typeUrl)?.();
    });
    this.call.on("error", (error: Error) => {
      this.failed = error;
      for (const tell of this.waiting.values()) tell();
    });
  }

  /**
   * Asks for resources of a type and waits until some came.
   * @param resourceNames none: all
   * @throws Error with istiod's words where it ends the connection
   */
  public async ask(typeUrl: string, resourceNames: readonly string[] = []): Promise<void> {
    this.names.set(typeUrl, resourceNames);
    const answered = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, patience * 1000);
      this.waiting.set(typeUrl, () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    this.call.write({ node: this.node, typeUrl, resourceNames });
    const came = await answered;
    this.waiting.delete(typeUrl);
    if (this.failed !== undefined) throw this.failed;
    if (!came) throw new Error(`istiod answers nothing of ${typeUrl} within ${String(patience)} s`);
  }

  public close(): void {
    this.call.cancel();
    this.client.close();
  }
}
