import assert from "node:assert/strict";
import type { Conclusion } from "../../mesh/why/evidence";
import { until } from "../e2e/support/until";
import { Project, type CommandEnd } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { at, service } from "./support/world";

// Each cause of a failing request on a real proxy, and what `why` says of it.

const web = (target: number) => [{ name: "http-web", port: 80, target }];
const istio = (kind: string, name: string, spec: object, group = "networking") => ({
  apiVersion: `${group}.istio.io/v1`,
  kind,
  metadata: { name, namespace: "dev701" },
  spec,
});

interface WhyJson {
  readonly conclusion: Conclusion;
  readonly evidence: { readonly speaks?: string };
  readonly left: readonly string[];
}

describeTraffic("why", (world) => {
  let ps: Sidecar;
  let guarded: Sidecar;
  let project: Project;
  const run = (what: string, pod = ps) => project.run("why", pod.pod, what, "--stack", "dev701", "--json");
  const read = ({ stdout, stderr }: CommandEnd) => {
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as WhyJson;
  };
  /** Asks until it is as it should be: istiod takes a moment. */
  async function expect(what: string, verdict: string, flag: string | undefined, sentence: RegExp, pod = ps) {
    const ended = await run(what, pod);
    const { conclusion } = read(ended);
    assert.deepEqual([conclusion.verdict, conclusion.flag], [verdict, flag], ended.stdout);
    assert.match(conclusion.sentence, sentence);
    assert.equal(ended.code, verdict === "well" ? 0 : 3);
    figure(`${conclusion.verdict}: ${conclusion.sentence}`);
    return conclusion;
  }

  before(async () => {
    await world().apply(
      ...service("dev701", "cache2", at.cache, [{ name: "http2-cache", port: 11213, target: 11213 }]),
      ...service("dev701", "cache1", at.cache, [{ name: "http-cache", port: 11214, target: 11213 }]),
      ...service("dev701", "nobody", undefined, web(8080)),
      ...service("dev701", "closed", at.webapp, web(8099)),
      ...service("dev701", "plain", at.webapp, web(8080)),
      ...service("dev701", "secure", at.webapp, web(8443)),
      ...service("dev701", "noroute", at.webapp, web(8080)),
      ...service("dev701", "nosubset", at.webapp, web(8080)),
      istio("DestinationRule", "plain", { host: "plain", trafficPolicy: { tls: { mode: "SIMPLE" } } }),
      istio("VirtualService", "noroute", {
        hosts: ["noroute"],
        http: [{ match: [{ uri: { prefix: "/auth" } }], route: [{ destination: { host: "noroute" } }] }],
      }),
      istio("VirtualService", "nosubset", {
        hosts: ["nosubset"],
        http: [{ route: [{ destination: { host: "nosubset", subset: "v9" } }] }],
      }),
      ...service("dev701", "guarded", undefined, web(8090)),
      // Of the callee's side: what its proxy serves.
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "guarded-pods", namespace: "dev701" },
        spec: { selector: { app: "guarded" }, ports: [{ name: "http-web", port: 80, targetPort: 8090 }] },
      },
    );
    ps = await world().sidecar({ app: "ps" });
    guarded = await world().sidecar({ app: "guarded" }, "dev701", {}, { inbound: 8090 });
    const ip = [{ ip: guarded.address }];
    await world().plane.kubectl(
      ...["patch", "pod", guarded.pod, "-n", "dev701", "--subresource=status", "--type=merge", "-p"],
      JSON.stringify({ status: { podIP: guarded.address, podIPs: ip } }),
    );
    await world().apply(
      ...service("dev701", "guarded", guarded.address, web(8090)),
      istio(
        "AuthorizationPolicy",
        "deny-login",
        {
          selector: { matchLabels: { app: "guarded" } },
          action: "DENY",
          rules: [{ to: [{ operation: { paths: ["/login"] } }] }],
        },
        "security",
      ),
      istio("AuthorizationPolicy", "others", { selector: { matchLabels: { app: "others" } } }, "security"),
    );
    project = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: "1.28.9", controlPlane: "shared" },
    });
    await until("the mesh is up", async () => (await run("http://ct-webapp/")).code === 0);
  });
  after(() => {
    project.remove();
  });

  it("a request that is answered: nothing is in the way", async () => {
    await expect("http://ct-webapp/", "well", undefined, /ct-webapp:80 answers 200/);
  });

  it("the application's own 503 is no Envoy's", async () => {
    await expect(
      "http://ct-webapp/status/503",
      "application",
      undefined,
      /answers 503 itself, past the sidecar as well/,
    );
  });

  it("memcached on a port that is named for HTTP/2, or for HTTP, is recognised by name", async () => {
    const { remedy } = await expect(
      "http://cache2:11213/",
      "protocol",
      "UPE",
      /not HTTP at all: memcached answers at cache2:11213, and Envoy speaks HTTP\/2 to it \(its port is named "http2-cache"\)|x/,
    );
    assert.match(remedy ?? "", /rename the port "http2-cache" of the Service to "tcp-memcached"/);
    await expect(
      "http://cache1:11214/",
      "protocol",
      "UPE",
      /memcached answers at cache1:11214, and Envoy speaks HTTP\/1.1/,
    );
    await expect("cache1:11214", "protocol", undefined, /memcached answers at cache1:11214/);
  });

  it("TCP is asked in its own words", async () => {
    await expect("db.example.com:3306", "well", undefined, /something answers at db.example.com:3306/);
    await expect("https://s3.eu-central-1.amazonaws.com/", "well", undefined, /TLS answers/);
  });

  it("no address behind a Service", async () => {
    await expect("http://nobody/", "envoy", "UH", /no address for nobody:80: no pod is ready/);
  });

  it("a connection that is refused", async () => {
    await expect("http://closed/", "application", "UF", /nothing listens at 10\.99\.1\.1:8099/);
  });

  it("TLS where the other side speaks none, and none where it does", async () => {
    await expect(
      "http://plain/",
      "envoy",
      "UF",
      /speaks TLS to plain:80 \(by DestinationRule dev701\/plain\), and .* plain HTTP/,
    );
    await expect("http://secure/", "protocol", "UPE", /10\.99\.1\.1:8443 speaks TLS, and Envoy sends plain HTTP/);
  });

  it("no route, and a route to a subset that is not there", async () => {
    await expect(
      "http://noroute/other",
      "envoy",
      "NR",
      /no route of noroute\.dev701\.svc\.cluster\.local takes the path \/other/,
    );
    await expect("http://noroute/auth", "well", undefined, /answers 200/);
    await expect(
      "http://nosubset/",
      "envoy",
      "NC",
      /VirtualService dev701\/nosubset leads to outbound\|80\|v9\|nosubset/,
    );
  });

  it("a name that is nobody's", async () => {
    await expect("http://no-such-host.invalid/", "network", undefined, /the name no-such-host\.invalid has no address/);
  });

  it("a policy of the other side, by name", async () => {
    await expect("http://guarded/", "well", undefined, /answers 200/, guarded);
    const { remedy } = await expect(
      "http://guarded/login",
      "policy",
      undefined,
      /the proxy of the other side refuses it by policy: AuthorizationPolicy dev701\/deny-login denies it/,
      guarded,
    );
    assert.equal(remedy, "kubectl describe AuthorizationPolicy deny-login -n dev701");
  });

  it("a fault of ours: an abort, a delay, a database cut off; each with the line that ends it", async () => {
    await world().putIn(
      { type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true },
      { type: "httpDelay", host: "memcached", fixedDelay: "2s", percentage: 100, everyone: true },
      { type: "externalHost", service: "mysql", everyone: true } as never,
    );
    await until("the fault is felt", async () => (await run("http://ct-webapp/")).code === 3);
    const abort = await expect(
      "http://ct-webapp/",
      "fault",
      "FI",
      /a fault of jam-istio is in the way: ct-webapp answers 503 for every pod; until it is removed \(VirtualService dev701\/fault-service-ct-webapp-0000abcd\)/,
    );
    assert.match(
      abort.remedy ?? "",
      /^kubectl delete virtualservices\.networking\.istio\.io -n dev701 -l jam-istio\/fault$/,
    );
    await expect("http://memcached/", "fault", "DI", /memcached.*2s/);
    await expect("db.example.com:3306", "fault", "UH", /a fault of jam-istio/);
    await world().takeOut();
    await until("it is over", async () => (await run("http://ct-webapp/")).code === 0);
  });

  it("shown to a person: both sides, the way through Envoy, the conclusion", async () => {
    const { stdout } = await project.run("why", ps.pod, "http://plain/", "--stack", "dev701");
    figure(`\n${stdout}`);
    assert.match(stdout, /^result +HTTP 503 after .* +HTTP 200 after /m);
    assert.match(
      stdout,
      /^Envoy: listener 0\.0\.0\.0:80 takes it as HTTP; route \/\* of plain\.dev701.*; 1 of 1 addresses healthy$/m,
    );
    assert.match(stdout, /^Envoy counted at 10\.99\.1\.1:8080: 3 connections, 3 failed/m);
  });

  it("wrong input is said in one line, and asks nothing", async () => {
    const end = await project.run("why", "no-such-pod", "http://ct-webapp/", "--stack", "dev701");
    assert.equal(end.code, 1);
    assert.match(
      end.stderr,
      /^error: there is no pod no-such-pod in namespace dev701, whose proxy could be asked\. Pods that have one: app-/,
    );
    const url = await project.run("why", ps.pod, "ct-webapp", "--stack", "dev701");
    assert.match(url.stderr, /^error: "ct-webapp" cannot be asked\. Allowed: /);
  });
});
