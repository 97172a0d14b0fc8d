import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** An OCI registry on loopback that takes what is pushed, and gives it again. */
export interface PushRegistry {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** What was pushed, as `<repository>:<tag>`, sorted. */
  readonly tags: () => readonly string[];
  /** Puts a manifest there, as a push would. */
  readonly put: (name: string, manifest: string) => string;
  /** It wants a token, which its token server gives to everybody. */
  wantsToken?: boolean;
  readonly stop: () => Promise<void>;
}

const digestOf = (data: Buffer) => `sha256:${createHash("sha256").update(data).digest("hex")}`;

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md for the calls */
export async function servePushes(): Promise<PushRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { readonly data: Buffer; readonly type: string }>();
  const keep = (name: string, tag: string, data: Buffer, type: string) => {
    for (const key of [`${name}:${tag}`, `${name}:${digestOf(data)}`]) manifests.set(key, { data, type });
  };
  const send = (request: IncomingMessage, response: ServerResponse, data: Buffer, type: string) => {
    const headers = { "content-type": type, "content-length": data.length, "docker-content-digest": digestOf(data) };
    response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : data);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://registry");
    const data = await buffer(request);
    if (url.pathname === "/token") return response.end(JSON.stringify({ token: url.searchParams.get("scope") }));
    const [, name = "", what, which = ""] = /^\/v2\/(.+)\/(blobs|manifests)\/(.+)$/.exec(url.pathname) ?? [];
    const scope = `repository:${name}:pull`;
    if (state.wantsToken === true && request.headers.authorization !== `Bearer ${scope}`) {
      const challenge = `Bearer realm="http://${state.host}/token",service="registry",scope="${scope}"`;
      return response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    if (request.method === "POST") return response.writeHead(202, { location: `${url.pathname}one` }).end();
    if (request.method === "PUT") {
      if (what === "manifests") keep(name, which, data, request.headers["content-type"] ?? "");
      else blobs.set(url.searchParams.get("digest") ?? "", data);
      return response.writeHead(201, { "docker-content-digest": digestOf(data) }).end();
    }
    const found =
      what === "manifests"
        ? manifests.get(`${name}:${which}`)
        : { data: blobs.get(which), type: "application/octet-stream" };
    if (found?.data === undefined) return response.writeHead(404).end();
    send(request, response, found.data, found.type);
    return response;
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const state: PushRegistry = {
    host: `127.0.0.1:${String(port)}`,
    tags: () => [...manifests.keys()].filter((key) => !key.includes(":sha256:")).sort(),
    put: (name, manifest) => {
      const data = Buffer.from(manifest);
      const [repository = "", tag = ""] = name.split(":");
      keep(repository, tag, data, "application/vnd.oci.image.index.v1+json");
      return digestOf(data);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
