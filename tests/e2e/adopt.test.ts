import assert from "node:assert/strict";
import { run, type Ended } from "../../tools/run";
import { describeOn, repository } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { classicConfig, helmRevision, modernConfig, useLab, type Lab } from "./support/lab";
import { installLikeIstioctl } from "./support/oldMesh/istioctl";
import { installPlainHelm } from "./support/oldMesh/plainHelm";
import { openShell, type Shell } from "./support/oldMesh/shell";
import { snapshot, type Snapshot } from "./support/oldMesh/snapshot";
import { installUmbrella, oldLogin, openUmbrella, upgradeUmbrella } from "./support/oldMesh/umbrella";

// Each old mesh is made by the commands that people made theirs with, taken over, and looked at object by object.

/** An old mesh, and the settings that take it over. */
interface Case {
  readonly title: string;
  readonly minor: string;
  readonly stack: string;
  readonly make: (lab: Lab) => Promise<Shell>;
  readonly config: (lab: Lab, version: string) => Config;
  readonly version: string;
  /** A version to upgrade to once it is taken over. */
  readonly next?: string;
  /** What is said with the version alone in the settings. */
  readonly refused: readonly RegExp[];
  /** What the plan names. */
  readonly planned: readonly RegExp[];
  /** The control plane's release. */
  readonly release: string;
}

const access = { meshConfig: { accessLogFile: "/dev/stdout" } };
const modern = (lab: Lab, version: string, istio: Config) =>
  modernConfig(lab, { kiali: { enabled: false } }, { version, ...istio });

const cases: readonly Case[] = [
  {
    title: "the source document's umbrella, upgraded by helm template",
    minor: "1.21",
    stack: "dev701",
    make: async (lab) => {
      const shell = await openUmbrella(lab);
      await installUmbrella(lab, shell);
      await upgradeUmbrella(lab, shell);
      return shell;
    },
    version: "1.4.10",
    config: (lab, version) =>
      classicConfig(
        lab,
        { kiali: { username: oldLogin.username } },
        { version, releaseName: "jam-istio", values: { pilot: { traceSampling: 10 } } },
      ),
    refused: [
      /set istio\.releaseName: jam-istio/,
      /set kiali\.username: jam/,
      /below istio\.values,[^]*pilot:\n\s+traceSampling: 10/,
    ],
    planned: [/goes on from revision 1 \(chart jam-istio 0\.1\.0\)/, /changed.* ServiceEntry dev701\/bucket/],
    release: "jam-istio",
  },
  {
    title: "helm install under other names",
    minor: "1.34",
    stack: "local700",
    make: async (lab) => {
      const shell = await openShell(lab);
      await installPlainHelm(lab, shell);
      return shell;
    },
    version: "1.28.10",
    next: "1.29.6",
    config: (lab, version) => modern(lab, version, { releaseName: "mesh", values: access }),
    refused: [/set istio\.releaseName: mesh/, /below istio\.values,[^]*accessLogFile: \/dev\/stdout/],
    planned: [/release mesh, chart istiod: goes on from revision 1/, /release mesh-crds has nothing any more/],
    release: "mesh",
  },
  {
    title: "istioctl install",
    minor: "1.34",
    stack: "local700",
    make: async (lab) => {
      const shell = await openShell(lab);
      await installLikeIstioctl(lab, shell);
      return shell;
    },
    version: "1.29.6",
    next: "1.30.3",
    config: (lab, version) =>
      modern(lab, version, { releaseName: "istio", values: { ...access, revisionTags: ["default"] } }),
    refused: [/set istio\.releaseName: istio/, /below istio\.values,[^]*accessLogFile: \/dev\/stdout/],
    planned: [
      /release istio, chart istiod: Helm makes its first revision/,
      /left IstioOperator istio-system\/installed-state/,
    ],
    release: "istio",
  },
];

/** What a hook of Helm's made, and makes once more, does not serve anybody. */
const withoutHooks = ({ uids, ...rest }: Snapshot) => ({
  ...rest,
  uids: Object.fromEntries(Object.entries(uids).filter(([key]) => !key.includes("istio-security-post-install-1"))),
});

for (const one of cases) {
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
        istio: without(istio, "releaseName", "values"),
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
      assert.match(stdout, /Restarts: nothing\.\nDeleted: nothing/);
      assert.deepEqual(await snapshot(lab(), stack), old);
    });

    it("takes it over: nothing is made anew, no pod is replaced", async () => {
      const from = await helmRevision(lab(), release);
      const { code, stdout, stderr } = await command("adopt", stack, "--yes");
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(withoutHooks(await snapshot(lab(), stack)), withoutHooks(old));
      assert.equal(await helmRevision(lab(), release), from + 1);
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
  });
}
