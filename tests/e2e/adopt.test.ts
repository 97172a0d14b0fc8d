import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { run, type Ended } from "../../tools/run";
import { adoptions } from "./support/adoptions";
import { describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { kill } from "./support/kill";
import { helmRevision, helmStatus, useLab } from "./support/lab";
import { laterEnv, stoppingEnv } from "./support/preloads";
import type { Shell } from "./support/oldMesh/shell";
import { snapshot, type Snapshot } from "./support/oldMesh/snapshot";
import { until } from "./support/until";
import { oldLogin } from "./support/oldMesh/umbrella";

// Each old mesh is made by the commands that people made theirs with, taken over, and looked at object by object.

/** Whether something is of a workload whose pods are replaced: its template, or a pod. */
const isReplaced = (key: string, restarts: readonly string[]) =>
  restarts.some((workload) => {
    const [, place = ""] = workload.split(" ");
    return key.endsWith(`/${place}`) || key.startsWith(`Pod/${place}-`);
  });

/** Of a snapshot what stood before: what the settings have beside that is new. What a hook of Helm's made serves nobody. */
const stillThere = (
  { uids, templates }: Snapshot,
  { uids: before }: Snapshot,
  restarts: readonly string[] = [],
): Snapshot => ({
  templates: Object.fromEntries(Object.entries(templates).filter(([key]) => !isReplaced(key, restarts))),
  uids: Object.fromEntries(
    Object.entries(uids).filter(
      ([key]) =>
        key in before &&
        !key.includes("istio-security-post-install-1") &&
        !(key.startsWith("Pod/") && isReplaced(key, restarts)),
    ),
  ),
});

for (const one of adoptions) {
  const { minor, stack, version, release } = one;
  describeOn(minor, `adoption of ${one.title}`, () => {
    const lab = useLab(minor);
    let shell: Shell;
    let instance: Instance;
    let old: Snapshot;
    const command = (...args: readonly string[]): Promise<Ended> =>
      run(process.execPath, [`${repository}/bin/jam-istio.js`, ...args], {
        seconds: 900,
        cwd: instance.folder,
        env: { ...process.env, ...instance.env },
      });

    before(async () => {
      shell = await one.make(lab());
      old = await snapshot(lab(), stack);
      instance = await Instance.create(stack, one.config(lab(), version));
    });
    after(() => {
      (shell as Shell | undefined)?.remove();
      (instance as Instance | undefined)?.remove();
    });

    it("is refused by up, which names the way", async () => {
      const text = await instance.failure(() => instance.preview());
      assert.match(text, new RegExp(`npx jam-istio adopt ${stack} shows how it is taken over`));
    });

    it("with settings that do not say what runs: each difference is named with its way out", async () => {
      const { istio, kiali, ...plain } = one.config(lab(), version) as Readonly<
        Record<string, Record<string, unknown>>
      >;
      const without = (section: Record<string, unknown> = {}, ...keys: readonly string[]) =>
        Object.fromEntries(Object.entries(section).filter(([key]) => !keys.includes(key)));
      instance.configure({
        ...plain,
        istio: Object.fromEntries(
          Object.entries(without(istio, "releaseName", "values")).map(([key, value]) => [
            key,
            typeof value === "object" ? without(value as Record<string, unknown>, "releaseName") : value,
          ]),
        ),
        kiali: without(kiali, "username"),
      });
      const { code, stderr } = await command("adopt", stack);
      assert.equal(code, 1, stderr);
      for (const pattern of one.refused) assert.match(stderr, pattern);
      instance.configure(one.config(lab(), version));
    });

    it("shows the plan and changes nothing", async () => {
      const { code, stdout, stderr } = await command("adopt", stack);
      assert.equal(code, 3, stdout + stderr);
      for (const pattern of one.planned) assert.match(stdout, pattern);
      const restarts =
        one.restarts === undefined ? " nothing." : `, one pod after the other:\n  ${one.restarts.join("\n  ")}`;
      assert.ok(stdout.includes(`Restarts${restarts.replace(/^ /, ": ")}\nDeleted: nothing`), stdout);
      assert.doesNotMatch(stdout, /failurePolicy|caBundle/, "what istiod sets is no change");
      assert.deepEqual(await snapshot(lab(), stack), old);
    });

    /**
     * Kills an adoption as soon as something is so. What it says itself, not Pulumi, it stops at: it may get further, or to its end,
     * before that is read here. @param isNow given what it has printed
     */
    const killAdoption = async (what: string, isNow: (text: string) => boolean | Promise<boolean>) => {
      const bin = `${repository}/bin/jam-istio.js`;
      const clock = /^[a-z]/.test(what) ? stoppingEnv(3600, what) : laterEnv(3600);
      const env = { ...process.env, ...instance.env, ...clock };
      const child = spawn(process.execPath, [bin, "adopt", stack, "--yes"], {
        cwd: instance.folder,
        env,
        detached: true,
      });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (text += part.toString()));
      const wasSo = async () => (await isNow(text)) && instance.isNoted;
      try {
        await until(what, async () => child.exitCode !== null || (await wasSo()));
        assert.equal(child.exitCode, null, text);
      } finally {
        await kill(child, "tree");
      }
      assert.deepEqual(stillThere(await snapshot(lab(), stack), old, one.restarts), stillThere(old, old, one.restarts));
    };

    const moments = one.moments ?? [];
    for (const moment of moments)
      it(`killed at "${moment}" nothing is lost`, async () => {
        await killAdoption(moment, (text) => text.includes(moment));
        // The state has the mesh, and no update of this stack came to all of it.
        if (!["Previewing update", "Updating (", "Release istio-init updating"].includes(moment)) return;
        const { code, stderr } = await command("down", stack, "--yes");
        assert.equal(code, 1, stderr);
        assert.match(stderr, /was broken off, and down would take away what it found/);
        assert.deepEqual(stillThere(await snapshot(lab(), stack), old), stillThere(old, old));
      });

    if (one.halfMade !== undefined) {
      const { halfMade } = one;
      it(`killed with the first revision of ${halfMade} half made, nothing is lost`, async () => {
        const isBegun = async () => ["pending-install", "deployed"].includes(await helmStatus(lab(), halfMade));
        await killAdoption("it is begun", isBegun);
        // Over what is there already Helm may have come to its end before the kill: its record is set back.
        const record = `sh.helm.release.v1.${halfMade}.v1`;
        const label = ["label", "secret", record, "-n", "istio-system", "status=pending-install", "--overwrite"];
        await lab().plane.kubectl(...label);
        const before = instance.state();
        const { code, stderr } = await command("adopt", stack, "--yes");
        assert.equal(code, 1, stderr);
        assert.match(stderr, /less than its timeout/);
        const urns = (state: string) => [...state.matchAll(/"urn": "([^"]*)"/g)].map(([, urn]) => urn).sort();
        assert.deepEqual(urns(instance.state()), urns(before), "what the preview refuses stays out of the state");
      });
    }

    it("takes it over: nothing is made anew, no pod is replaced", async () => {
      const from = await helmRevision(lab(), release);
      // Of killed runs Helm's records are left half made: to this clock they are old.
      const wasKilled = one.moments !== undefined || one.halfMade !== undefined;
      if (wasKilled) instance.later(3600);
      const { code, stdout, stderr } = await command("adopt", stack, "--yes");
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(stillThere(await snapshot(lab(), stack), old, one.restarts), stillThere(old, old, one.restarts));
      if (!wasKilled) assert.equal(await helmRevision(lab(), release), from + 1);
      assert.deepEqual(Object.keys(await instance.up()), ["same"]);
      const again = await command("adopt", stack, "--yes");
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stdout, /there is nothing to take over/);
      for (const text of [oldLogin.passphrase, Buffer.from(oldLogin.passphrase).toString("base64")])
        assert.ok(!`${instance.state()}${stdout}${stderr}`.includes(text), "the passphrase is nowhere in clear");
    });

    if (one.next !== undefined) {
      const { next } = one;
      it(`is upgraded to ${next} from then on as any other`, async () => {
        instance.configure(one.config(lab(), next));
        await instance.up();
        const { dataPlane } = await instance.outputs();
        assert.equal((dataPlane?.value as { readonly controlPlane: string }).controlPlane, next);
        assert.deepEqual(Object.keys(await instance.up()), ["same"]);
      });
    }

    it("is let go of by release, and stays as it is", async () => {
      const before = await snapshot(lab(), stack);
      const { code, stdout, stderr } = await command("release", stack, "--yes");
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(await snapshot(lab(), stack), before);
      assert.match(stdout, new RegExp(`helm upgrade ${release} `));
    });
  });
}
