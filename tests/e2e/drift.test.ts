import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Drift } from "../../delivery/drift/drift";
import type { StackDiff } from "../../delivery/stackDiff";
import { run } from "../../tools/run";
import { chartRoot, describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { apply, classicConfig, modernConfig, useLab } from "./support/lab";
import { leftover, plantedDrift, stray } from "./support/plantedDrift";

// What somebody changed in the cluster by hand is found, field by field; on what was just installed nothing is.

for (const { minor, stack, config } of [
  { minor: "1.21", stack: "dev701", config: classicConfig },
  { minor: "1.34", stack: "local700", config: modernConfig },
] as const) {
  describeOn(minor, `drift of ${stack}`, () => {
    const lab = useLab(minor);
    let instance: Instance;
    const command = (name: string, ...more: readonly string[]) =>
      run(
        process.execPath,
        [join(repository, "bin", "jam-istio.js"), name, stack, "--charts", chartRoot() ?? "", ...more],
        { seconds: 300, cwd: instance.folder },
      );
    const ended = (...more: readonly string[]) => command("drift", ...more);
    const live = async (): Promise<StackDiff> => {
      const { stdout, stderr, code } = await command("diff", "--live", "--json");
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      return JSON.parse(stdout) as StackDiff;
    };
    const drift = async (code: number): Promise<Drift> => {
      const { stdout, stderr, code: found } = await ended("--json");
      assert.equal(found, code, `${stdout}\n${stderr}`);
      return JSON.parse(stdout) as Drift;
    };

    before(async () => {
      instance = await Instance.create(stack, config(lab()));
      await instance.up();
    });
    after(() => {
      (instance as Instance | undefined)?.remove();
    });

    it("of what was just installed there is none, and everything was compared", async () => {
      const { drifted, unknown, compared, presence } = await drift(0);
      assert.deepEqual([drifted, unknown], [[], []]);
      assert.ok(compared > 30 && presence > 0, `${String(compared)} compared, ${String(presence)} seen`);
    });

    it("diff --live: nothing would change", async () => {
      const { objects, base, notes, equal, noisy } = await live();
      assert.deepEqual([objects, base, notes], [[], "the cluster", []]);
      assert.ok(equal + noisy > 30, `${String(equal)} equal`);
    });

    if (minor === "1.34") {
      it("each kind of it is found, at its place, and nothing else", async () => {
        await apply(lab(), stray, leftover);
        for (const { by } of plantedDrift) await lab().plane.kubectl(...by);
        const { drifted, unknown } = await drift(3);
        assert.deepEqual(unknown, []);
        for (const { what, name, places } of plantedDrift) {
          const found = drifted.find((one) => one.name === name);
          assert.equal(found?.kind, places === undefined ? "missing" : "changed", `${what}: ${name}`);
          const named = found.changes.map(({ path }) => path);
          for (const place of places ?? [])
            assert.ok(
              named.some((path) => path.startsWith(place)),
              `${what}: ${place} is not among ${named.join(", ")}`,
            );
        }
        const expected = [
          ...plantedDrift.map(({ name }) => name),
          "EnvoyFilter istio-system/stray",
          "ConfigMap istio-system/leftover",
        ];
        assert.deepEqual(drifted.map(({ name }) => name).sort(), expected.sort());
        assert.deepEqual(
          drifted
            .filter(({ kind }) => kind === "additional")
            .map(({ name }) => name)
            .sort(),
          ["ConfigMap istio-system/leftover", "EnvoyFilter istio-system/stray"],
        );
      });

      it("diff --live shows the same as what an update would do", async () => {
        const { objects, notes } = await live();
        for (const { what, name, places } of plantedDrift) {
          const found = objects.find((one) => one.name === name);
          assert.equal(found?.kind, places === undefined ? "added" : "changed", `${what}: ${name}`);
        }
        assert.match(notes.join("\n"), /^there, and none of what is rendered: .*EnvoyFilter istio-system\/stray/);
      });

      it("a person and a collector of metrics are told the same", async () => {
        const file = join(instance.folder, "drift.prom");
        const { code, stdout } = await ended("--metrics", file);
        assert.equal(code, 3);
        assert.match(stdout, new RegExp(`^stack local700: ${String(plantedDrift.length + 2)} objects drifted$`, "m"));
        assert.match(stdout, /^! Role istio-system\/istiod: is missing$/m);
        assert.match(stdout, /npm run up -- local700 --reapply$/m);
        assert.match(readFileSync(file, "utf8"), /^jam_istio_drift_objects\{stack="local700",kind="additional"\} 2$/m);
      });

      it("up --reapply puts back all that was changed or is missing, and no more", async () => {
        const { code, stderr, stdout } = await run(
          process.execPath,
          [join(repository, "bin", "jam-istio.js"), "up", stack, "--reapply", "--yes"],
          { seconds: 900, cwd: instance.folder, env: { ...process.env, ...instance.env } },
        );
        assert.equal(code, 0, `${stdout}\n${stderr}`);
        const { drifted } = await drift(3);
        assert.deepEqual(drifted.map(({ name, kind }) => `${kind} ${name}`).sort(), [
          "additional ConfigMap istio-system/leftover",
          "additional EnvoyFilter istio-system/stray",
        ]);
        assert.deepEqual(Object.keys(await instance.up()), ["same"]);
      });
    }
  });
}
