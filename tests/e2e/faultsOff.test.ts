import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../tools/run";
import { Project, type CommandEnd } from "../dataplane/support/project";
import { activeIn, objectsOf, useCalled } from "./support/callers";
import { describeOn, repository } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { kill } from "./support/kill";
import { modernConfig, useLab } from "./support/lab";
import { until } from "./support/until";

const bin = `${repository}/bin/jam-istio.js`;
const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true },
  { type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true },
];

// `mesh faults --off` is run in a folder with the stack file and nothing else: no engine, no charts, no state.
describeOn("1.34", "faults are ended whatever else is broken", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const configOf = (faultInjection: Config) =>
    modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, faultInjection });
  const on = () => {
    instance.configure(configOf({ enabled: true, faults }));
  };
  const off = () => {
    instance.configure(configOf({ enabled: false, faults }));
  };
  const command = async (...args: readonly string[]): Promise<CommandEnd> => {
    const project = new Project(configOf({ enabled: true, faults }));
    try {
      return await project.run("mesh", "faults", "dev701", ...args);
    } finally {
      project.remove();
    }
  };
  const upByCommand = async () => {
    const options = { seconds: 900, cwd: instance.folder, env: { ...process.env, ...instance.env } };
    const { code, stdout, stderr } = await run(process.execPath, [bin, "up", "dev701", "--yes"], options);
    assert.equal(code, 0, stdout + stderr);
  };
  const isEnded = async () => {
    const end = await command("--off");
    // 3: it is out, and no simulated proxy could be asked.
    assert.equal(end.code, 3, end.stdout + end.stderr);
    assert.match(end.stdout, /without their faults again\n\d+ could not be asked/);
    assert.equal(await activeIn(lab()), "");
  };

  useCalled(
    lab,
    () => configOf({}),
    (made) => (instance = made),
  );

  it("by hand; neither the next up nor one with --refresh puts them back, until they are switched off and on", async () => {
    const before = await objectsOf(lab());
    on();
    await instance.up();
    assert.match((await command()).stdout, /2 hosts with faults/);
    await isEnded();
    assert.match(
      (await command()).stdout,
      /no fault is active\n\d+ proxies could not be asked: .*\nthe settings' faults were ended by hand; up does not put them back/,
    );
    for (const up of [() => instance.up(), () => instance.upRefreshed(), () => instance.up()]) {
      await up();
      assert.equal(await activeIn(lab()), "");
    }
    assert.match(instance.log, /warning: the faults were ended by hand \(mesh faults --off\) and are not put back/);
    const { activeFaults } = await instance.outputs();
    assert.deepEqual(activeFaults?.value, []);
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
    on();
    await instance.up();
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    await isEnded();
    await instance.up();
    instance.configure(configOf({ enabled: true, faults, expires: new Date(Date.now() + 3_600_000).toISOString() }));
    await instance.up();
    assert.equal((await activeIn(lab())).split(" ").length, 2, "another end is another drill");
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("by hand before the drill was deployed: it does not go in, at no later up either", async () => {
    on();
    await instance.up();
    // The stack file has another drill by now.
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const project = new Project(configOf({ enabled: true, faults, expires }));
    assert.equal((await project.run("mesh", "faults", "dev701", "--off")).code, 3);
    project.remove();
    instance.configure(configOf({ enabled: true, faults, expires }));
    for (let turn = 0; turn < 3; turn++) {
      await instance.up();
      assert.equal(await activeIn(lab()), "");
    }
    off();
    await instance.up();
  });

  it("with the chart repository broken", async () => {
    on();
    await instance.up();
    lab().charts.misbehave = "error";
    try {
      await isEnded();
    } finally {
      lab().charts.misbehave = "none";
    }
    off();
    await instance.up();
  });

  it("with the chart repository broken, and nothing of it on the machine, an up removes them", async () => {
    on();
    await instance.up();
    off();
    await instance.useOwnCache();
    instance.forgetCharts();
    lab().charts.misbehave = "error";
    try {
      await instance.up();
      assert.equal(await activeIn(lab()), "");
    } finally {
      lab().charts.misbehave = "none";
    }
    await instance.up();
  });

  for (const moment of [1, 2, 3])
    it(`with the engine killed in the middle, ${String(moment)} of 3`, async () => {
      const before = await objectsOf(lab());
      on();
      const child = instance.startCommand("up");
      await until("the first of them is in", async () => (await activeIn(lab())) !== "");
      await sleep((moment - 1) * 150);
      await kill(child, "tree");
      if (moment < 3) await isEnded();
      await upByCommand();
      // Without --off they go in after all: what the killed run made is recreated.
      assert.equal(await activeIn(lab()), moment < 3 ? "" : "fault-service-ct-webapp fault-service-memcached");
      off();
      await instance.up();
      assert.equal(await objectsOf(lab()), before);
    });

  it("with the stack locked", async () => {
    on();
    await instance.up();
    off();
    // It gets no further than its charts, and removes no fault before it is killed.
    await instance.useOwnCache();
    instance.forgetCharts();
    lab().charts.misbehave = "hang";
    const child = instance.startCommand("up");
    try {
      await until("it is locked, which is noted", () => Promise.resolve(instance.isLocked && instance.isNoted));
      await kill(child, "tree");
    } finally {
      lab().charts.misbehave = "none";
    }
    assert.ok(instance.isLocked);
    await isEnded();
    assert.ok(instance.isLocked);
    await upByCommand();
    assert.equal(await activeIn(lab()), "");
  });
});
