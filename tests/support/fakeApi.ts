import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** As much of an API server as Helm's dry run and a reading of its records need. */
export interface FakeApi {
  readonly url: string;
  readonly kubeconfig: string;
  /** Helm's records of releases; `undefined` makes the server refuse to show Secrets. */
  records: readonly { readonly release: string; readonly revision: number; readonly json: string }[] | undefined;
  readonly stop: () => Promise<void>;
}

/** As Helm stores a release: gzipped JSON in base64, in the base64 of a Secret. */
function secretOf({ release, revision, json }: { release: string; revision: number; json: string }) {
  const payload = gzipSync(json).toString("base64");
  const labels = { owner: "helm", name: release, status: "deployed", version: String(revision) };
  const metadata = { name: `sh.helm.release.v1.${release}.v${String(revision)}`, namespace: "istio-system", labels };
  return { metadata, data: { release: Buffer.from(payload).toString("base64") } };
}

/** Starts it on loopback, with its kubeconfig in the folder. */
export async function fakeApi(folder: string): Promise<FakeApi> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const send = (body: object, code = 200) =>
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/version") return send({ major: "1", minor: "34", gitVersion: "v1.34.0" });
    if (!url.pathname.endsWith("/secrets")) return send({ kind: "APIVersions", versions: [], groups: [] });
    if (state.records === undefined) return send({ kind: "Status", code: 403 }, 403);
    const name = /name=([^,]+)/.exec(url.searchParams.get("labelSelector") ?? "")?.[1];
    return send({
      kind: "SecretList",
      apiVersion: "v1",
      items: state.records.filter(({ release }) => release === name).map(secretOf),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const kubeconfig = join(folder, "kubeconfig");
  const config = {
    "current-context": "fake",
    contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
    clusters: [{ name: "fake", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "fake", user: {} }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const state: FakeApi = {
    url,
    kubeconfig,
    records: [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
