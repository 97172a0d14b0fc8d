import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** An OCI registry on loopback that is only read. */
export interface OciRegistry {
  /** `oci://127.0.0.1:<port>/charts`. */
  readonly url: string;
  readonly requests: string[];
  /** The `Authorization` that it lets in; absent: everybody. */
  wants?: string;
  /** The `Authorization` for which its token server gives the bearer token that it wants; absent: nobody's. */
  login?: string;
  /** Each `Authorization` that came. */
  readonly authorizations: string[];
  /** It sends everybody who wants a blob on to this URL. */
  redirects?: string;
  readonly stop: () => Promise<void>;
}

const digestOf = (data: Buffer) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
const described = (mediaType: string, data: Buffer) => ({ mediaType, digest: digestOf(data), size: data.length });
const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** What `helm push` would have written for an archive. */
function pushed(chart: string, version: string, archive: Buffer) {
  const config = Buffer.from(JSON.stringify({ apiVersion: "v2", name: chart, version }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: described("application/vnd.cncf.helm.config.v1+json", config),
      layers: [described("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)],
    }),
  );
  return { manifest, blobs: [config, archive] };
}

function send(request: IncomingMessage, response: ServerResponse, data: Buffer, type = "application/octet-stream") {
  const headers = { "content-type": type, "content-length": data.length, "docker-content-digest": digestOf(data) };
  response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : data);
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const [, chart = "", what, which = ""] =
    /^\/v2\/charts\/([^/]+)\/(manifests|blobs|tags)\/(.+)$/.exec((request.url ?? "").split("?")[0] ?? "") ?? [];
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const versions = files
    .filter((file) => file.startsWith(`${chart}-`) && file.endsWith(".tgz"))
    .map((file) => file.slice(chart.length + 1, -".tgz".length));
  const all = versions.map((version) => ({
    version,
    ...pushed(chart, version, readFileSync(join(folder, `${chart}-${version}.tgz`))),
  }));
  const manifest = all.find((one) => one.version === which || digestOf(one.manifest) === which)?.manifest;
  const blob = all.flatMap(({ blobs }) => blobs).find((data) => digestOf(data) === which);
  if (what === "tags" && all.length > 0)
    send(request, response, Buffer.from(JSON.stringify({ name: chart, tags: versions })), "application/json");
  else if (what === "manifests" && manifest !== undefined) send(request, response, manifest, manifestType);
  else if (what === "blobs" && blob !== undefined) send(request, response, blob);
  else response.writeHead(404, { "content-type": "application/json" }).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
}

/**
 * Serves the archives of a folder as `helm push` would have put them, below `charts`.
 * @param tls key and certificate, in PEM; default: without TLS
 */
export async function serveOci(folder: string, tls?: { key: string; cert: string }): Promise<OciRegistry> {
  const requests: string[] = [];
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const { wants, login, redirects } = state;
    const { authorization } = request.headers;
    if (authorization !== undefined) state.authorizations.push(authorization);
    const [scheme = "", token] = wants?.split(" ") ?? [];
    const isBlob = request.url?.includes("/blobs/") === true;
    const isIn = wants === undefined || authorization === wants;
    if (isIn && isBlob && redirects !== undefined)
      response.writeHead(307, { location: `${redirects}${request.url ?? ""}` }).end();
    else if (isIn) answer(folder, request, response);
    else if (request.url?.startsWith("/token") === true && authorization !== undefined && authorization === login)
      response.end(JSON.stringify({ token }));
    else {
      const realm = `${scheme} realm="${state.url.replace(/^oci(.*)\/charts$/, "http$1/token")}"`;
      response.writeHead(401, { "www-authenticate": realm }).end();
    }
  };
  const server = tls === undefined ? createServer(serve) : createTls(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const state: OciRegistry = {
    url: `oci://127.0.0.1:${String(port)}/charts`,
    requests,
    authorizations: [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
