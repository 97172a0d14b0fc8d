import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A stand-in for GitHub's API on loopback: the comments of one pull request, in pages, and the head of its branch. */
export interface StandIn {
  readonly api: string;
  comments: { readonly id: number; readonly body: string }[];
  /** Newest commit of the branch. */
  head: string;
  /** Each request: method, path and the header with the token. */
  readonly asked: string[];
  /** Status with which it refuses everything. */
  refuse: number | undefined;
  readonly stop: () => Promise<void>;
}

/** Comments on a page, whatever is asked for, as a server may have it. */
const pageSize = 30;

/** Starts it. */
export async function startGitHub(): Promise<StandIn> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    hub.asked.push(`${request.method ?? ""} ${url.pathname}${url.search} ${request.headers.authorization ?? ""}`);
    const send = (body: unknown, code = 200) =>
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      if (hub.refuse !== undefined) return send({ message: "Resource not accessible by integration" }, hub.refuse);
      const body = text === "" ? "" : (JSON.parse(text) as { body: string }).body;
      const id = Number(/\/comments\/(\d+)$/.exec(url.pathname)?.[1]);
      if (url.pathname.endsWith("/pulls/12")) return send({ head: { sha: hub.head } });
      if (request.method === "POST") {
        hub.comments.push({ id: hub.comments.length + 1, body });
        return send({}, 201);
      }
      if (request.method === "PATCH") {
        hub.comments = hub.comments.map((one) => (one.id === id ? { id, body } : one));
        return send({});
      }
      const from = (Number(url.searchParams.get("page")) - 1) * pageSize;
      return send(hub.comments.slice(from, from + pageSize));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub: StandIn = {
    api: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    comments: [],
    head: "0123456789abcdef0123456789abcdef01234567",
    asked: [],
    refuse: undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hub;
}
