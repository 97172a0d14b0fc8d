import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readEvidence } from "../../cluster/doctor/readEvidence";
import { diagnose } from "../../mesh/doctor/diagnose";
import type { Finding } from "../../mesh/doctor/finding";
import { run } from "../../tools/run";
import { caller } from "./support/callers";
import { describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { apply, classicConfig, modernConfig, useLab, type Lab } from "./support/lab";
import { plantings, type Planted } from "./support/planted";
import { edgePlantings } from "./support/plantedEdges";
import { until } from "./support/until";

// What is found in a cluster. The lab has no kubelets: what proxies and istiod say of themselves is in dataplane/doctor.

const wanted = { allow: ["end-of-life"] };
const service = (port: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "ps", namespace: "dev701" },
  spec: { selector: { app: "ps" }, ports: [port] },
});
const ready = (lab: Lab) =>
  until("ps is ready", async () => {
    const path = "jsonpath={.status.readyReplicas}";
    return (await lab.plane.kubectl("get", "deploy", "ps", "-n", "dev701", "-o", path)) === "2";
  });
const examine = async (cluster: Cluster) => diagnose(await readEvidence(cluster, ["dev701"], wanted));
const codesOf = (findings: readonly Finding[]) => findings.map(({ code }) => code).join(" ");

/** Runs the command as a person does. */
const command = ({ folder, env }: Instance, ...args: readonly string[]) =>
  run(process.execPath, [join(repository, "bin", "jam-istio.js"), "doctor", ...args], {
    seconds: 300,
    cwd: folder,
    env: { ...process.env, ...env },
  });

/** Puts a problem in, looks, and takes it out again. */
async function plant(lab: Lab, cluster: Cluster, { code, objects = [], also, undo }: Planted): Promise<void> {
  // What changes how pods are made comes before them, what changes a pod after it.
  if (undo !== undefined) await also?.(lab);
  if (objects.length > 0) await apply(lab, ...objects);
  if (undo === undefined) await also?.(lab);
  try {
    let found = "";
    await until(code, async () => {
      found = codesOf(await examine(cluster));
      return found === code;
    }).catch(() => {
      assert.equal(found, code);
    });
  } finally {
    await undo?.(lab);
    for (const one of objects as readonly { kind: string; metadata: { name: string; namespace?: string } }[]) {
      const { name, namespace } = one.metadata;
      const where = namespace === undefined ? [] : ["-n", namespace];
      await lab.plane.kubectl("delete", one.kind, name, ...where, "--wait=true", "--grace-period=0", "--force");
    }
    await until(`nothing is left of ${code}`, async () => codesOf(await examine(cluster)) === "");
  }
}

describeOn("1.34", "doctor, modern", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  let cluster: Cluster;

  before(async () => {
    instance = await Instance.create("dev701", modernConfig(lab()));
    await instance.up();
    await apply(lab(), service({ name: "http-web", port: 80 }), caller("ps"));
    await lab().plane.kubectl("create", "namespace", "other");
    await ready(lab());
    cluster = await connect({ kubeconfig: lab().kubeconfig });
  });
  after(() => {
    instance.remove();
  });

  it("a clean install has nothing: exit code 0, and what was not looked at is named", async () => {
    const shown = await command(instance, "dev701");
    assert.equal(shown.code, 0, shown.stdout + shown.stderr);
    assert.match(shown.stdout, /not looked at: log levels and counters of 2 of 2 proxies: /);
    assert.match(shown.stdout, /namespace dev701: nothing found\n$/);
    const all = JSON.parse((await command(instance, "--all", "--kubeconfig", lab().kubeconfig, "--json")).stdout) as {
      readonly instances: readonly string[];
    };
    assert.deepEqual(all.instances, ["dev701"]);
  });

  for (const [what, make] of [
    ["many problems", plantings],
    ["the problems at the mesh's edges, of policies, filters and settings", edgePlantings],
  ] as const)
    it(`each of ${what} is found by its own code, and nothing else`, async () => {
      for (const one of await make()) {
        await plant(lab(), cluster, one);
        process.stdout.write(`      found, and nothing else: ${one.code}\n`);
      }
    });

  it("a control plane that is down, and the webhooks that nobody answers", async () => {
    const scale = (replicas: string) =>
      lab().plane.kubectl("scale", "deploy/istiod", "-n", "istio-system", "--replicas", replicas);
    await scale("0");
    await until("down", async () => /^control-plane-down( webhook-unserved)+$/.test(codesOf(await examine(cluster))));
    const shown = await command(instance, "dev701", "--metrics");
    assert.equal(shown.code, 3);
    assert.match(
      shown.stdout,
      /^jam_istio_doctor_finding\{code="control-plane-down",severity="error",object="Deployment istio-system\/istiod"\} 1$/m,
    );
    await scale("1");
    await until("up", async () => codesOf(await examine(cluster)) === "");
  });

  it("with the rights that the docs name all is read; without those to the cluster the rest is named", async () => {
    const page = readFileSync(join(repository, "docs", "doctor.md"), "utf8");
    const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? assert.fail("no rights in docs/doctor.md");
    const file = join(instance.folder, "rights.yaml");
    writeFileSync(file, yaml);
    const { kubectl } = lab().plane;
    await kubectl("apply", "-f", file);
    await kubectl("create", "serviceaccount", "doctor", "-n", "dev701");
    const token = (await kubectl("create", "token", "doctor", "-n", "dev701")).trim();
    const config = JSON.parse(await kubectl("config", "view", "--raw", "-o", "json")) as { users: object[] };
    const kubeconfig = join(instance.folder, "doctor.kubeconfig");
    const [user] = config.users as readonly { readonly name: string }[];
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users: [{ name: user?.name, user: { token } }] }));
    const unseen = async () => {
      const { unseen: lines } = await readEvidence(await connect({ kubeconfig }), ["dev701"], wanted);
      return lines.filter((line) => line.includes("not permitted"));
    };
    const account = "--serviceaccount=dev701:doctor";
    await kubectl("create", "clusterrolebinding", "doctor", "--clusterrole=jam-istio-doctor", account);
    await kubectl("create", "clusterrolebinding", "look", "--clusterrole=jam-istio-doctor-listening", account);
    await kubectl("create", "rolebinding", "mesh", "--role=jam-istio-doctor", account, "-n", "istio-system");
    await until("its rights count", async () => (await unseen()).length === 0);
    await kubectl("delete", "clusterrolebinding", "doctor");
    for (const namespace of ["dev701", "istio-system"])
      await kubectl("create", "rolebinding", "doctor", "--clusterrole=jam-istio-doctor", account, "-n", namespace);
    await until("named", async () =>
      (await unseen()).some((line) => /^virtualservices of other namespaces/.test(line)),
    );
    assert.equal(codesOf(await examine(await connect({ kubeconfig }))), "");
  });
});

describeOn("1.21", "doctor, classic", () => {
  const lab = useLab("1.21");

  it("a clean install has nothing once its age is acknowledged; problems are found there, too", async () => {
    const instance = await Instance.create("dev701", classicConfig(lab(), {}, { allow: ["end-of-life"] }));
    await instance.up();
    await apply(lab(), service({ name: "http-web", port: 80 }), caller("ps"));
    await ready(lab());
    const shown = await command(instance, "dev701");
    assert.deepEqual([shown.code, /nothing found/.test(shown.stdout)], [0, true], shown.stdout + shown.stderr);
    await lab().plane.kubectl("create", "namespace", "other");
    const cluster = await connect({ kubeconfig: lab().kubeconfig });
    const codes = [
      "wrong-protocol",
      "port-captured",
      "rule-without-effect",
      "route-hidden",
      "fault-expired",
      "no-sidecar",
    ];
    for (const one of await plantings()) if (codes.includes(one.code)) await plant(lab(), cluster, one);
    instance.configure(classicConfig(lab()));
    const old = await command(instance, "dev701");
    assert.equal(old.code, 3);
    assert.match(old.stdout, /warning Deployment istio-system\/istio-pilot \(end-of-life\)/);
    instance.remove();
  });
});
