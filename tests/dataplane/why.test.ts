import assert from "node:assert/strict";
import type { Conclusion } from "../../mesh/why/evidence";
import { until } from "../e2e/support/until";
import { Project, type CommandEnd } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { failingServices, guardedPod } from "./support/failing";

// Each cause of a failing request on a real proxy, and what `why` says of it.

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
  /** Asks until it is as it should be: a proxy has new configuration a moment after the cluster, on a busy machine later. */
  async function expect(what: string, verdict: string, flag: string | RegExp | undefined, sentence: RegExp, pod = ps) {
    const isExpected = ({ conclusion }: WhyJson) =>
      conclusion.verdict === verdict && sentence.test(conclusion.sentence);
    let ended = await run(what, pod);
    for (let turn = 1; turn < 5 && !isExpected(read(ended)); turn++) ended = await run(what, pod);
    const { conclusion } = read(ended);
    assert.equal(conclusion.verdict, verdict, ended.stdout);
    // Envoys differ in what they call it when they are not understood.
    if (flag instanceof RegExp) assert.match(conclusion.flag ?? "", flag);
    else assert.equal(conclusion.flag, flag);
    assert.match(conclusion.sentence, sentence);
    assert.equal(ended.code, verdict === "well" ? 0 : 3);
    figure(`${conclusion.verdict}: ${conclusion.sentence}`);
    return conclusion;
  }

  before(async () => {
    await world().apply(...failingServices());
    ps = await world().sidecar({ app: "ps" });
    guarded = await guardedPod(world());
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
      /^U/,
      /not HTTP at all: memcached answers at cache2:11213, and Envoy speaks HTTP\/2 \(its port is named "http2-cache"\)/,
    );
    assert.match(remedy ?? "", /rename the port "http2-cache" of the Service to "tcp-memcached"/);
    await expect(
      "http://cache1:11214/",
      "protocol",
      /^U/,
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
    await expect("http://secure/", "protocol", /^U/, /10\.99\.1\.1:8443 speaks TLS, and Envoy sends plain HTTP/);
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

  it("a pod without a shell is asked from ephemeral containers, which the next question uses again", async () => {
    const images = { app: "app-distroless:1", proxy: "docker.io/istio/proxyv2:1.28.10-distroless" };
    const bare = await world().sidecar({ app: "bare" }, "dev701", {}, images);
    const first = read(await run("http://plain/", bare));
    assert.deepEqual([first.conclusion.verdict, first.conclusion.flag], ["envoy", "UF"]);
    assert.deepEqual(first.left, ["jam-istio-why-1", "jam-istio-past-1"]);
    const second = read(await run("http://ct-webapp/", bare));
    assert.deepEqual([second.conclusion.verdict, second.left], ["well", []]);
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
