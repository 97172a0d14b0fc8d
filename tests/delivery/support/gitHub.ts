import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Entry {
  readonly id: number;
  readonly body: string;
}

/** An issue, or a pull request among the issues. */
interface Issue {
  readonly number: number;
  readonly body: string;
  readonly title?: string;
  readonly state?: string;
  readonly pull_request?: object;
  readonly user?: { readonly type: string };
  readonly author_association?: string;
}

/** A stand-in for GitHub's API on loopback: the comments of one pull request, in pages, the head of its branch, and issues. */
export interface StandIn {
  readonly api: string;
  comments: Entry[];
  issues: Issue[];
  /** Newest commit of the branch. */
  head: string;
  /** Each request: method, path and the header with the token. */
  readonly asked: string[];
  /** Status with which it refuses everything. */
  refuse: number | undefined;
  readonly stop: () => Promise<void>;
}

/** Entries on a page, whatever is asked for, as a server may have it. */
const pageSize = 30;

type Answer = readonly [body: unknown, code?: number];

/** Issues: lists the open ones, creates, changes. */
function answerIssues(hub: StandIn, method: string, url: URL, change: Partial<Issue>): Answer {
  const number = Number(/\/issues\/(\d+)$/.exec(url.pathname)?.[1]);
  if (method === "POST") {
    const user = { type: "Bot" };
    hub.issues.push({ body: "", ...change, number: hub.issues.length + 1, state: "open", user });
    return [{}, 201];
  }
  if (method === "PATCH") {
    hub.issues = hub.issues.map((one) => (one.number === number ? { ...one, ...change } : one));
    return [{}];
  }
  const open = hub.issues.filter(({ state }) => state === url.searchParams.get("state"));
  const from = (Number(url.searchParams.get("page")) - 1) * pageSize;
  return [open.slice(from, from + pageSize)];
}

/** The comments of a pull request, or of an issue. */
function answerComments(hub: StandIn, method: string, url: URL, body: string): Answer {
  const id = Number(/\/comments\/(\d+)$/.exec(url.pathname)?.[1]);
  if (method === "POST") {
    hub.comments.push({ id: hub.comments.length + 1, body });
    return [{}, 201];
  }
  if (method === "PATCH") {
    hub.comments = hub.comments.map((one) => (one.id === id ? { id, body } : one));
    return [{}];
  }
  const from = (Number(url.searchParams.get("page")) - 1) * pageSize;
  return [hub.comments.slice(from, from + pageSize)];
}

function answer(hub: StandIn, method: string, url: URL, text: string): Answer {
  if (hub.refuse !== undefined) return [{ message: "Resource not accessible by integration" }, hub.refuse];
  const change = text === "" ? {} : (JSON.parse(text) as Partial<Issue>);
  if (url.pathname.endsWith("/pulls/12")) return [{ head: { sha: hub.head } }];
  return /\/issues(\/\d+)?$/.test(url.pathname)
    ? answerIssues(hub, method, url, change)
    : answerComments(hub, method, url, change.body ?? "");
}

/** Starts it. */
export async function startGitHub(): Promise<StandIn> {
  const server = createServer((request, response) => {
    const { method = "", url: path = "", headers } = request;
    const url = new URL(path, "http://localhost");
    hub.asked.push(`${method} ${url.pathname}${url.search} ${headers.authorization ?? ""}`);
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      const [body, code = 200] = answer(hub, method, url, text);
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub: StandIn = {
    api: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    comments: [],
    issues: [],
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
