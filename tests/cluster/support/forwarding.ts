import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { Silence, type ApiServer } from "../../support/apiServer";

/** What a pod's server answers to a path: a text, a status, nothing, or that nobody listens. */
export type PodAnswer = string | number | Silence | { readonly refusal: string };

function serve(socket: WebSocket, port: number, answerTo: (path: string) => PodAnswer): void {
  const send = (channel: number, data: Buffer) => {
    socket.send(Buffer.concat([Buffer.from([channel]), data]));
  };
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  for (const channel of [0, 1]) send(channel, number);
  let question = "";
  socket.on("message", (data: RawData) => {
    question += (data as Buffer).subarray(1).toString("utf8");
    if (!question.endsWith("\r\n\r\n")) return;
    const answer = answerTo(question.split(" ")[1] ?? "");
    question = "";
    if (answer instanceof Silence) return;
    if (typeof answer === "object") {
      send(1, Buffer.from(answer.refusal));
      return;
    }
    const [status, body] = typeof answer === "number" ? [answer, ""] : [200, answer];
    const head = `HTTP/1.1 ${String(status)} X\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n`;
    // In two pieces, as a long answer comes.
    send(0, Buffer.from(head + body.slice(0, 3)));
    send(0, Buffer.from(body.slice(3)));
  });
}

/**
 * Makes an API server forward ports to pods, for the tests of a suite: channel 0 carries data, channel 1 errors, each begins
 * with the port. A pod that nobody gave an answer for is not there.
 */
export function useForwarding(api: ApiServer) {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  const pods = new Map<string, (path: string) => PodAnswer>();
  /** Paths and ports that were asked for. */
  const asked: string[] = [];
  api.http.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "", "http://localhost");
    asked.push(`${url.pathname}${url.search}`);
    const answerTo = pods.get(url.pathname.split("/")[6] ?? "");
    if (answerTo === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      serve(opened, Number(url.searchParams.get("ports")), answerTo);
    });
  });
  beforeEach(() => {
    pods.clear();
    asked.length = 0;
  });
  afterEach(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  return { pods, asked };
}
