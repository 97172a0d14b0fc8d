/** Chart repositories that are down, hang, or lack a version, when a stack is installed, stays as it is, and is upgraded. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveOci } from "../support/ociRegistry";
import { inTrouble, reasons, refusal, troubles } from "./support/chartTroubles";
import { chartRoot, describeOn } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { fingerprint, modernConfig, settled, useLab } from "./support/lab";

const noKiali = { kiali: { enabled: false } };

describeOn("1.34", "chart hosts, modern layout", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const configure = (version: string, more: Config = {}) => {
    instance.configure(modernConfig(lab(), noKiali, { version, ...more }));
  };

  before(async () => {
    instance = await Instance.create("dev701", modernConfig(lab(), noKiali));
    await instance.useOwnCache();
  });
  after(() => {
    (instance as Instance | undefined)?.remove();
  });

  for (const trouble of troubles)
    it(`install, ${trouble}: preview and up refuse in one text, and nothing is made`, () =>
      inTrouble(lab(), trouble, async (istio) => {
        configure("1.29.6", istio);
        const before = await fingerprint(lab(), "dev701");
        for (const run of [() => instance.preview(), () => instance.up()]) {
          const said = await instance.failure(run);
          assert.match(said, refusal);
          assert.match(said, /- base 1\.29\.6, istiod 1\.29\.6:/);
          assert.match(said, reasons[trouble]);
          assert.doesNotMatch(said, /at .*\.ts:\d+/, "no stack trace");
        }
        assert.equal(await fingerprint(lab(), "dev701"), before);
      }));

  it("is installed from behind a login, once the repository answers, which is said; the next up asks nobody", async () => {
    const { charts } = lab();
    const password = "l0gin-of-jam";
    charts.wants = `Basic ${Buffer.from(`jam:${password}`).toString("base64")}`;
    try {
      configure("1.29.6");
      const { host } = new URL(charts.url);
      const said = await instance.failure(() => instance.preview());
      assert.match(said, refusal);
      assert.match(said, new RegExp(` HTTP 401; there are no credentials for ${host} in jam-istio:chartCredentials `));
      instance.configure({
        ...modernConfig(lab(), noKiali, { version: "1.29.6" }),
        chartCredentials: [{ host, username: "jam" }],
      });
      await instance.pulumi("config", "set", "--path", "--secret", "jam-istio:chartCredentials[0].password", password);
      await instance.up();
    } finally {
      delete charts.wants;
    }
    const state = await instance.pulumi("stack", "export", "--show-secrets");
    for (const text of [instance.state(), state, instance.log, readFileSync(instance.file, "utf8")])
      assert.ok(!text.includes(password) && !text.includes(charts.authorizations[0] ?? ""), "a secret in clear");
    configure("1.29.6");
    assert.match(instance.log, /loading chart istiod 1\.29\.6 from http/);
    assert.match(instance.state(), /"chart": ?"\.\/\.jam-istio\/charts\/dev701\/istiod-1\.29\.6\.tgz"/);
    const asked = lab().charts.requests.length;
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    assert.equal(lab().charts.requests.length, asked);
  });

  for (const trouble of ["hang", "error"] as const)
    it(`unchanged, ${trouble}: with what is kept on the machine nobody is asked, and nothing is said`, () =>
      inTrouble(lab(), trouble, async () => {
        configure("1.29.6");
        const begin = instance.log.length;
        const asked = lab().charts.requests.length;
        assert.deepEqual(Object.keys(await instance.preview()), ["same"]);
        assert.deepEqual(Object.keys(await instance.up()), ["same"]);
        assert.equal(lab().charts.requests.length, asked);
        assert.doesNotMatch(instance.log.slice(begin), /chart (base|istiod)/);
      }));

  for (const trouble of troubles)
    it(`unchanged, ${trouble}: with nothing on the machine preview and up change nothing`, () =>
      inTrouble(lab(), trouble, async (istio) => {
        const before = await settled(lab(), "dev701");
        configure("1.29.6", istio);
        for (const run of [() => instance.preview(), () => instance.up()]) {
          instance.forgetCharts();
          const begin = instance.log.length;
          assert.deepEqual(Object.keys(await run()), ["same"]);
          assert.match(instance.log.slice(begin), /it is taken from Helm's record of release istiod in the cluster/);
        }
        assert.equal(await settled(lab(), "dev701"), before);
      }));

  it("a change of values without any repository: Helm's record serves, and nothing is lost", async () => {
    const before = await settled(lab());
    instance.forgetCharts();
    lab().charts.misbehave = "error";
    configure("1.29.6", { values: { pilot: { env: { JAM: "1" } } } });
    try {
      await instance.up();
    } finally {
      lab().charts.misbehave = "none";
    }
    const names = (text: string) => text.split("\n").map((line) => line.split(" ")[0]);
    const now = names(await settled(lab()));
    assert.deepEqual(
      names(before).filter((name) => !now.includes(name)),
      [],
    );
    assert.match(
      await lab().plane.kubectl("get", "deploy", "istiod", "-n", "istio-system", "-o", "yaml"),
      /name: JAM\n/,
    );
    configure("1.29.6");
    await instance.up();
  });

  for (const trouble of troubles)
    it(`upgrade, ${trouble}: refused in one text, and nothing is changed`, () =>
      inTrouble(lab(), trouble, async (istio) => {
        const before = await settled(lab(), "dev701");
        configure("1.30.3", istio);
        const said = await instance.failure(() => instance.up());
        assert.match(said, refusal);
        assert.match(said, /- base 1\.30\.3, istiod 1\.30\.3:/);
        assert.match(said, reasons[trouble]);
        assert.equal(await settled(lab(), "dev701"), before);
      }));

  it("a version that is not there is told with those that are", async () => {
    configure("1.30.9");
    const said = await instance.failure(() => instance.preview());
    assert.match(said, /does not have version 1\.30\.9 \(it has 1\.30\.3\)/);
  });

  it("an OCI registry serves the upgrade, which says where the images come from", async () => {
    const oci = await serveOci(join(chartRoot() ?? "", "istio-release/charts"));
    try {
      configure("1.30.3", { chartRepository: oci.url });
      const begin = instance.log.length;
      await instance.up();
      const said = instance.log.slice(begin);
      assert.match(said, /loading chart istiod 1\.30\.3 from oci:\/\/127\.0\.0\.1:\d+\/charts/);
      assert.match(
        said,
        /images come from docker\.io\/istio: the charts' own default, registry\.istio\.io\/release, is/,
      );
      assert.ok(oci.requests.some((request) => request.includes("/v2/charts/istiod/blobs/")));
    } finally {
      await oci.stop();
    }
    configure("1.30.3");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("a state of before, with the repository in it: an update that restarts nothing, without the repository, too", async () => {
    const pods = () =>
      lab().plane.kubectl("get", "pods", "-n", "istio-system", "-o", "jsonpath={.items[*].metadata.uid}");
    const before = await pods();
    const repo = `${lab().charts.url}/istio-release/charts`;
    // Twice: in clear, and within the text of a secret.
    await instance.editState((text) =>
      text
        .replace(
          /"chart": ?"\.\/\.jam-istio[^"]*\/(\w+)-[\d.]+tgz"/g,
          `"chart": "$1", "repositoryOpts": {"repo": "${repo}"}`,
        )
        .replace(
          /\\"chart\\":\\"\.\/\.jam-istio[^"]*\/(\w+)-[\d.]+tgz\\"/g,
          `\\"chart\\":\\"$1\\",\\"repositoryOpts\\":{\\"repo\\":\\"${repo}\\"}`,
        ),
    );
    instance.forgetCharts();
    lab().charts.misbehave = "error";
    try {
      const changes = await instance.up();
      assert.equal(changes["update"], 2);
      assert.equal(changes["replace"] ?? changes["delete"] ?? changes["create"], undefined);
    } finally {
      lab().charts.misbehave = "none";
    }
    assert.equal(await pods(), before);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });
});
