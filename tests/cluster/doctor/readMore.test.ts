// Pods, and the API server, are stand-ins: what is made of their answers is seen. e2e/doctor and dataplane/doctor ask real ones.
import assert from "node:assert/strict";
import { generate } from "selfsigned";
import { NotStarted } from "../../../cluster/client/exec";
import { HttpError } from "../../../cluster/client/send";
import type { Cluster } from "../../../cluster/client/kubernetesClient";
import { readGatewaySecrets } from "../../../cluster/doctor/gatewaySecrets";
import { Lists } from "../../../cluster/doctor/lists";
import { readListening } from "../../../cluster/doctor/listening";
import { readEjected } from "../../../cluster/doctor/proxies";
import { object, pod, service } from "../../mesh/doctor/support";
import { useApi } from "../../support/apiServer";
import { useForwarding } from "../support/forwarding";

const services = [service("ps", [{ port: 80, targetPort: 8080 }]), service("web", [{ port: 80 }])];
const pods = [pod("ps"), pod("web"), pod("alone"), pod("bare", { proxy: undefined })];
const encoded = (text: string) => Buffer.from(text).toString("base64");

describe("reading what the doctor judges: what runs, and Secrets of Gateways", () => {
  const api = useApi();
  const { pods: forwarded, asked } = useForwarding(api);
  const lists = () => new Lists(api.cluster, ["dev701"]);
  const withExec = (exec: Cluster["exec"]): Cluster => ({ ...api.cluster, exec });

  it("the sockets of one pod of each workload that a Service leads to, by exec beside the proxy", async () => {
    const commands: string[] = [];
    const cluster = withExec(({ pod: name, container, command }) => {
      commands.push(`${name} ${container} ${command.join(" ")}`);
      const line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000";
      // Without IPv6 the second file is not there.
      return Promise.resolve({ code: 1, stdout: `${line}\n`, stderr: "cat: /proc/net/tcp6: No such file" });
    });
    const seen = lists();
    const found = await readListening(cluster, seen, services, pods);
    assert.deepEqual(commands.sort(), [
      "ps-1 istio-proxy cat /proc/net/tcp /proc/net/tcp6",
      "web-1 istio-proxy cat /proc/net/tcp /proc/net/tcp6",
    ]);
    assert.deepEqual(found[0], { pod: "dev701/ps-1", listeners: [{ port: 8080, local: true }] });
    assert.deepEqual(seen.unseen, []);
  });

  it("who may not, and an image without programs, is named", async () => {
    const denied = lists();
    await readListening(
      withExec(() => Promise.reject(new HttpError(403, "no"))),
      denied,
      services,
      pods,
    );
    assert.deepEqual(denied.unseen, ["where the applications of 2 of 2 workloads listen: not permitted (HTTP 403)"]);
    const bare = lists();
    const none = await readListening(
      withExec(({ pod: name }) =>
        name === "ps-1"
          ? Promise.reject(new NotStarted("no such program"))
          : Promise.resolve({ code: 0, stdout: "", stderr: "" }),
      ),
      bare,
      services,
      pods,
    );
    assert.deepEqual(none, [{ pod: "dev701/web-1", listeners: [] }]);
    assert.match(bare.unseen[0] ?? "", /^where the applications of 1 of 2 workloads listen: .*no such program/);
  });

  it("addresses that are passed over: asked only where a rule lets them be taken out", async () => {
    const status = (failed: boolean) => ({ failed_outlier_check: failed });
    const host = (address: string, failed: boolean) => ({
      address: { socket_address: { address, port_value: 80 } },
      health_status: status(failed),
    });
    const clusters = [
      {
        name: "outbound|80||web.dev701.svc.cluster.local",
        host_statuses: [host("10.0.0.1", true), host("10.0.0.2", false)],
      },
      { name: "inbound|80||", host_statuses: [host("10.0.0.3", true)] },
    ];
    forwarded.set("ps-1", () => JSON.stringify({ cluster_statuses: clusters }));
    const rule = (trafficPolicy: object) => [object("DestinationRule", "web", { host: "web", trafficPolicy })];
    const read = (rules: Parameters<typeof readEjected>[3]) => readEjected(api.cluster, lists(), [pod("ps")], rules);
    assert.deepEqual(await read(rule({ tls: { mode: "DISABLE" } })), []);
    assert.deepEqual(asked, []);
    assert.deepEqual(await read(rule({ portLevelSettings: [{ outlierDetection: {} }] })), [
      { pod: "dev701/ps-1", cluster: "outbound|80||web.dev701.svc.cluster.local", addresses: ["10.0.0.1:80"] },
    ]);
  });

  it("a Gateway's Secrets: names of keys and dates, nothing that is in them", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "www.example.com" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "*.example.com" }] }],
    });
    const { private: another } = await generate([{ name: "commonName", value: "x" }]);
    const place = "GET /api/v1/namespaces/dev701/secrets";
    api.answers = {
      [`${place}/www`]: { data: { "tls.crt": encoded(cert), "tls.key": encoded(key), empty: "" } },
      [`${place}/other`]: { data: { "tls.crt": encoded(cert), "tls.key": encoded(another) } },
      [`${place}/closed`]: 403,
    };
    const server = (credentialName: string, mode: string) => ({ tls: { credentialName, mode } });
    const servers = [
      ...["www", "other", "gone", "closed", "kubernetes-gateway://x/y"].map((name) => server(name, "SIMPLE")),
      server("www", "MUTUAL"),
    ];
    const gateways = [object("Gateway", "in", { selector: { app: "ps" }, servers })];
    const seen = lists();
    const found = await readGatewaySecrets(api.cluster, seen, gateways, [pod("ps")]);
    assert.deepEqual(
      found.map(({ name, found: there, keys, certificate }) => [
        name,
        there,
        keys,
        certificate?.fits,
        certificate?.names,
      ]),
      [
        ["www", true, ["tls.crt", "tls.key"], true, ["*.example.com"]],
        ["other", true, ["tls.crt", "tls.key"], false, ["*.example.com"]],
        ["gone", false, [], undefined, undefined],
        ["www-cacert", false, [], undefined, undefined],
      ],
    );
    assert.deepEqual(seen.unseen, ["Secret dev701/closed: not permitted (HTTP 403)"]);
    assert.ok(!JSON.stringify(found).includes(encoded(key).slice(0, 40)));
    assert.ok(!JSON.stringify(found).includes("PRIVATE KEY"));
  });
});
