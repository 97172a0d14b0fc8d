import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run, type Ended } from "../../tools/run";
import { virtualService } from "./support/callers";
import { describeOn, repository } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { kill } from "./support/kill";
import { apply, classicConfig, helmRevision, modernConfig, useLab, type Lab } from "./support/lab";
import { oldInstance } from "./support/oldMesh/instance";
import { openShell } from "./support/oldMesh/shell";
import { snapshot, type Snapshot } from "./support/oldMesh/snapshot";
import { until } from "./support/until";

// The way out: after it plain Helm goes on, by the very lines that the command prints. And the way back, by adopt.

interface Report {
  readonly released: boolean;
  readonly commands: readonly string[];
  readonly takenOff: readonly string[];
  readonly releases: readonly { readonly name: string }[];
}

const cases: readonly {
  readonly minor: string;
  readonly stack: string;
  readonly config: (lab: Lab) => Config;
  readonly releases: readonly string[];
  /** The setting that the way back keeps, and its field in Secret kiali. */
  readonly login: { readonly setting: string; readonly field: string };
}[] = [
  {
    minor: "1.21",
    stack: "dev701",
    config: (lab) => classicConfig(lab),
    releases: ["istio-init", "istio"],
    login: { setting: "kialiPassphrase", field: "passphrase" },
  },
  {
    minor: "1.34",
    stack: "local700",
    config: (lab) => modernConfig(lab),
    releases: ["istio-base", "istiod", "kiali-server"],
    login: { setting: "kialiSigningKey", field: "value.txt" },
  },
];

for (const { minor, stack, config, releases, login } of cases) {
  describeOn(minor, `release of ${stack}`, () => {
    const lab = useLab(minor);
    let instance: Instance;
    const command = (...args: readonly string[]): Promise<Ended> =>
      run(process.execPath, [join(repository, "bin", "jam-istio.js"), ...args], {
        seconds: 900,
        cwd: instance.folder,
        env: { ...process.env, ...instance.env },
      });
    const resources = () => (JSON.parse(instance.state()) as Checkpoint).checkpoint.latest.resources ?? [];
    const descriptions = async (sh: (line: string) => Promise<string>) =>
      (await Promise.all(releases.map((name) => sh(`helm history ${name} -n istio-system -o json`)))).join("\n");

    const loginData = async () =>
      JSON.parse(
        await lab().plane.kubectl("get", "secret", "kiali", "-n", "istio-system", "-o", "jsonpath={.data}"),
      ) as Readonly<Record<string, string>>;
    /** Adopts the stack, and looks whether all of it is as before, and no login is in clear anywhere. */
    const comesBack = async () => {
      const [before, data] = [await snapshot(lab(), stack), await loginData()];
      const { code, stdout, stderr } = await command("adopt", stack, "--yes");
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /Restarts: nothing\.\nDeleted: nothing/);
      const after = await snapshot(lab(), stack);
      assert.deepEqual(lostOf(before, after), []);
      assert.deepEqual(after.templates, before.templates);
      assert.deepEqual(await loginData(), data);
      const secret = data[login.field] ?? "";
      const plain = Buffer.from(secret, "base64").toString("utf8");
      assert.equal(plain.length, 32);
      const file = readFileSync(instance.file, "utf8");
      assert.match(file, new RegExp(`jam-istio:${login.setting}:\\s+secure: `));
      for (const text of [plain, secret])
        assert.ok(!`${stdout}${stderr}${file}${instance.state()}`.includes(text), "its login is nowhere in clear");
      assert.deepEqual(Object.keys(await instance.up()), ["same"]);
      assert.deepEqual(await snapshot(lab(), stack), after);
    };

    before(async () => {
      instance = await Instance.create(stack, config(lab()));
      await instance.up();
      await oldInstance(lab(), stack, () => Promise.resolve());
    });
    after(() => {
      (instance as Instance | undefined)?.remove();
    });

    it("with a fault active it is refused, and names the way out", async () => {
      const fault = virtualService("fault-x", { hosts: ["ct-webapp"] }, stack);
      await apply(lab(), { ...fault, metadata: { ...fault.metadata, labels: { "jam-istio/fault": "active" } } });
      const { code, stderr } = await command("release", stack, "--yes");
      assert.equal(code, 1, stderr);
      assert.match(stderr, new RegExp(`faults are active .* npx jam-istio mesh faults ${stack} --off`));
      assert.ok(resources().length > 0);
      const off = await command("mesh", "faults", stack, "--off");
      assert.doesNotMatch(off.stdout + off.stderr, /error/);
    });

    it("without a person to ask nothing happens; --json alone shows the plan", async () => {
      const asked = await command("release", stack);
      assert.equal(asked.code, 1);
      assert.match(asked.stderr, /nobody can be asked here; to let go without a question: --yes/);
      const shown = await command("release", stack, "--json");
      assert.equal(shown.code, 3, shown.stderr);
      const report = JSON.parse(shown.stdout) as Report;
      assert.equal(report.released, false);
      assert.deepEqual(
        report.releases.map(({ name }) => name),
        releases,
      );
      assert.ok(resources().length > 0);
    });

    it("killed on the way and run again it lets go of everything, and touches no object", async () => {
      const { sh, remove } = await openShell(lab());
      const before = await snapshot(lab(), stack);
      const child = instance.startCommand("release");
      await until("the state is empty", () => Promise.resolve(resources().length === 0));
      await kill(child, "tree");
      const { code, stdout, stderr } = await command("release", stack, "--yes");
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(await snapshot(lab(), stack), before);
      assert.deepEqual(resources(), []);
      assert.match(instance.state(), /"secrets_providers"/);
      assert.doesNotMatch(await descriptions(sh), /jam-istio/);
      const namespace = await lab().plane.kubectl("get", "namespace", stack, "-o", "yaml");
      assert.doesNotMatch(namespace, /pulumi\.com|jam-istio/);
      assert.match(namespace, /istio-injection: enabled/);
      remove();
    });

    it("once more it finds nothing to do", async () => {
      const { code, stdout } = await command("release", stack, "--yes");
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`stack ${stack} has nothing to let go of`));
    });

    it("adopt takes all of it back, as it is", comesBack);

    it("and it can be let go of again", async () => {
      const { code, stderr } = await command("release", stack, "--yes");
      assert.equal(code, 0, stderr);
      assert.deepEqual(resources(), []);
    });

    it("plain Helm goes on by the lines that it prints, and restarts nothing", async () => {
      const { sh, remove } = await openShell(lab());
      const { stdout } = await command("release", stack, "--yes", "--json");
      const { commands } = JSON.parse(stdout) as Report;
      assert.equal(commands.length, 2 * releases.length);
      const before = await snapshot(lab(), stack);
      const revisions = await Promise.all(releases.map((name) => helmRevision(lab(), name)));
      for (const line of commands) await sh(line);
      const listed = JSON.parse(await sh("helm list -n istio-system -o json")) as readonly Record<string, string>[];
      const seen = listed.map(({ name, status, revision }) => [name, status, revision].join(" "));
      assert.deepEqual(
        seen.sort(),
        releases.map((name, at) => `${name} deployed ${String((revisions[at] ?? 0) + 1)}`).sort(),
      );
      const after = await snapshot(lab(), stack);
      assert.deepEqual(after.templates, before.templates);
      assert.deepEqual(lostOf(before, after), []);
      remove();
    });

    it("adopt takes it back from plain Helm, too", comesBack);

    it("from then on its login and its entries change as any other stack's", async () => {
      const own = "S".repeat(24);
      await instance.pulumi("config", "set", "--secret", `jam-istio:${login.setting}`, own);
      await instance.pulumi("config", "set", "--path", "jam-istio:mysql.externalHostName", "db2.example.com");
      await instance.up();
      assert.equal(Buffer.from((await loginData())[login.field] ?? "", "base64").toString("utf8"), own);
      const entry = ["serviceentry", "mysql", "-n", stack, "-o", "jsonpath={.spec.hosts}"];
      assert.equal(await lab().plane.kubectl("get", ...entry), '["db2.example.com"]');
    });
  });
}

/** What is gone or was made anew, but for what Helm makes again: the charts' hooks, and the pods of their Jobs. */
const lostOf = (before: Snapshot, after: Snapshot) =>
  Object.keys(before.uids).filter((key) => !hooks.test(key) && after.uids[key] !== before.uids[key]);

const hooks = /^(Job|Pod)\/istio-system\/istio-(init-crd|security-post-install)-/;

interface Checkpoint {
  readonly checkpoint: { readonly latest: { readonly resources?: readonly object[] } };
}
