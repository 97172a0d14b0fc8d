import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../tools/run";
import { activeIn, objectsOf, useCalled, virtualService } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { apply, modernConfig, useLab } from "./support/lab";

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, sourceLabels: { app: "ps" } },
  { type: "externalHost", service: "mysql", sourceLabels: { app: "ps" } },
];

describeOn("1.34", "what comes with faults when it is asked for", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const configure = (faultInjection: Config) => {
    instance.configure(modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, faultInjection }));
  };

  useCalled(
    lab,
    () => modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false } }),
    (made) => (instance = made),
  );

  /** Runs a container of the Job as a node would, with the token that its pod gets. */
  async function runContainer(): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    interface Container {
      readonly command: readonly string[];
      readonly env: readonly { readonly name: string; readonly value: string }[];
    }
    interface Spec {
      readonly containers: readonly [Container];
      readonly serviceAccountName: string;
    }
    const format = "jsonpath={.items[0].spec.template.spec}";
    const text = await kubectl("get", "jobs", "-n", "dev701", "-l", "jam-istio/fault", "-o", format);
    const { containers, serviceAccountName } = JSON.parse(text) as Spec;
    const { command, env } = containers[0];
    const account = mkdtempSync(join(tmpdir(), "jam-istio-account-"));
    const config = "jsonpath={.clusters[0].cluster.server} {.clusters[0].cluster.certificate-authority-data}";
    const [server = "", ca = ""] = (await kubectl("config", "view", "--flatten", "-o", config)).split(" ");
    writeFileSync(join(account, "ca.crt"), Buffer.from(ca, "base64"));
    writeFileSync(
      join(account, "token"),
      (await kubectl("create", "token", serviceAccountName, "-n", "dev701")).trim(),
    );
    const given = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    const [program = "", ...args] = command;
    try {
      return await run(program, args, {
        seconds: 300,
        env: { ...process.env, ...given, API: server, ACCOUNT: account },
      });
    } finally {
      rmSync(account, { recursive: true });
    }
  }

  it("the reaper's Job ends the faults at their time, and can delete nothing else", async () => {
    const before = await objectsOf(lab());
    const expires = new Date(Date.now() + 90_000).toISOString();
    configure({ enabled: true, expires, reaper: true, faults });
    await instance.up();
    assert.deepEqual((await activeIn(lab())).split(" "), ["fault-external-mysql", "fault-service-ct-webapp"]);
    await apply(lab(), virtualService("theirs", { hosts: ["theirs"] }));
    const name = (kind: string, from = "") =>
      kubectl("get", kind, "-n", "dev701", "-l", "jam-istio/fault", "-o", `jsonpath={.items[${from}].metadata.name}`);
    const as = ["--as", `system:serviceaccount:dev701:${await name("serviceaccounts", "0")}`, "-n", "dev701"];
    const can = (...what: readonly string[]) => kubectl("auth", "can-i", ...what, ...as).catch(() => "no");
    assert.equal((await can("delete", `virtualservices.networking.istio.io/${await name("vs", "0")}`)).trim(), "yes");
    for (const what of [
      ["delete", "virtualservices.networking.istio.io/theirs"],
      ["list", "virtualservices.networking.istio.io"],
      ["delete", "secrets"],
      ["get", "pods"],
    ])
      assert.match(await can(...what), /no/, what.join(" "));
    const end = await runContainer();
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /^fault-service-ct-webapp-\w+: HTTP 200\nfault-external-mysql-\w+: HTTP 200\n$/);
    assert.ok(Date.now() >= Date.parse(expires));
    assert.equal(await activeIn(lab()), "");
    assert.equal((await runContainer()).code, 0, "what is gone already is fine");
    await kubectl("delete", "vs", "theirs", "-n", "dev701");
    await instance.up();
    configure({});
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("restartClients restarts the callers, once, and nobody else", async () => {
    const annotation = "jsonpath={.spec.template.metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt}";
    const restartedFor = (name: string) => kubectl("get", "deploy", name, "-n", "dev701", "-o", annotation);
    configure({ enabled: true, faults });
    await instance.up();
    assert.equal(await restartedFor("ps"), "");
    configure({ enabled: true, restartClients: true, faults });
    await instance.up();
    const first = await restartedFor("ps");
    assert.match(first, /^20\d\d-.*Z$/);
    assert.equal(await restartedFor("web"), "");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    // Another end is no reason; another drill is.
    configure({ enabled: true, restartClients: true, faults, expires: new Date(Date.now() + 3_600_000).toISOString() });
    await instance.up();
    assert.equal(await restartedFor("ps"), first);
    configure({});
    await instance.up();
    assert.equal(await activeIn(lab()), "");
    configure({ enabled: true, restartClients: true, faults });
    await instance.up();
    assert.notEqual(await restartedFor("ps"), first);
    configure({});
    await instance.up();
  });
});
