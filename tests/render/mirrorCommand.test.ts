/** `jam-istio mirror`, and rendering from what it wrote where there is no network. The images themselves are not fetched. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import { imageDigests } from "../../tools/imageDigest";
import { run } from "../../tools/run";
import { closedPort } from "../support/closedPort";
import { jamIstio, projectRoot } from "../support/command";
import { itNeeds } from "../support/machine";
import { servePushes } from "../support/pushRegistry";
import { filesIn, inFolder } from "../support/tinyCharts";

/** Nothing listens on the port "discard": whatever is asked for through it fails at once. */
const noNetwork = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };

/** An instance with every part, in a folder of its own. */
function writeProject(folder: string, istio: object): void {
  writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
  const config = { config: { "jam-istio:istio": istio, "jam-istio:namespace": "shop" } };
  writeFileSync(join(folder, "Pulumi.shop.yaml"), JSON.stringify(config));
}

/** The environment of a machine that has Helm, and no chart. */
const fresh = (helm: string, folder: string) => ({
  ...noNetwork,
  JAM_ISTIO_CACHE: join(folder, "cache"),
  PATH: helm === "helm" ? process.env["PATH"] : `${dirname(helm)}:${process.env["PATH"] ?? ""}`,
});

describe("jam-istio mirror", () => {
  itNeeds(
    ["helm", "mirror"],
    "a folder: charts, images; a stack is rendered from it without a network",
    ({ helm, mirror }) =>
      inFolder(async (folder) => {
        const to = join(folder, "mirror");
        const args = ["mirror", "--versions", "1.4.10, 1.30.3", "--charts", mirror, "--to", to];
        const { code, stdout, stderr } = await jamIstio(args, fresh(helm, folder));
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^8 charts are in /m);
        assert.match(stdout, /^note: \d+ images have no digest in the list, docker\.io: no answer/m);
        assert.deepEqual(filesIn(to), [
          "images.skopeo.yaml",
          "images.txt",
          ...["base", "cni", "gateway"].map((chart) => `istio-release/charts/${chart}-1.30.3.tgz`),
          "istio-release/charts/index.yaml",
          ...["istiod", "ztunnel"].map((chart) => `istio-release/charts/${chart}-1.30.3.tgz`),
          "istio-release/releases/1.4.10/charts/index.yaml",
          "istio-release/releases/1.4.10/charts/istio-1.4.10.tgz",
          "istio-release/releases/1.4.10/charts/istio-init-1.4.10.tgz",
          "kiali/index.yaml",
          "kiali/kiali-server-2.26.0.tgz",
        ]);
        const images = readFileSync(join(to, "images.txt"), "utf8").trimEnd().split("\n");
        // What istiod injects stands in no object; ambient mode has other images than sidecars.
        for (const image of [
          ...["pilot:1.30.3", "pilot:1.30.3-distroless", "proxyv2:1.30.3", "install-cni:1.30.3", "ztunnel:1.30.3"],
          ...["kubectl:1.4.10", "mixer:1.4.10", "proxyv2:1.4.10", "sidecar_injector:1.4.10"],
        ])
          assert.ok(images.includes(`docker.io/istio/${image}`), `${image} in ${images.join(" ")}`);
        assert.ok(images.includes("quay.io/kiali/kiali:v2.26.0"));
        const list = load(readFileSync(join(to, "images.skopeo.yaml"), "utf8")) as Record<string, { images: object }>;
        assert.deepEqual(Object.keys(list), ["docker.io", "quay.io"]);
        assert.deepEqual(list["quay.io"], { images: { "kiali/kiali": ["v1.15", "v2.26.0"] } });

        const parts = {
          cni: { enabled: true },
          gateway: { enabled: true },
          chartRepository: `${to}/istio-release/charts`,
        };
        writeProject(folder, { version: "1.30.3", ...parts });
        const command = [process.execPath, join(projectRoot, "bin/jam-istio.js"), "render", "shop", "--charts", to];
        // A network of its own, in which there is nothing but loopback; not every machine lets a test have that.
        const alone = (...inside: readonly string[]) => [
          "--net",
          "sh",
          "-c",
          'ip link set lo up && exec "$@"',
          "sh",
          ...inside,
        ];
        const cut = await run("unshare", alone("true"), { seconds: 20 }).catch(() => undefined);
        const [program = "", ...rest] = cut?.code === 0 ? ["unshare", ...alone(...command)] : command;
        const env = { ...process.env, ...fresh(helm, folder), JAM_ISTIO_CACHE: join(folder, "empty") };
        const rendered = await run(program, rest, { seconds: 600, cwd: folder, env });
        assert.equal(rendered.code, 0, rendered.stderr);
        assert.match(rendered.stdout, /release istio-ingressgateway/);
        assert.doesNotMatch(rendered.stdout, /INCOMPLETE/);
      }),
  );

  itNeeds(["helm", "mirror"], "a registry: charts are pushed to where render finds them", ({ helm, mirror }) =>
    inFolder(async (folder) => {
      const registry = await servePushes();
      try {
        const root = `oci://${registry.host}/mesh`;
        writeProject(folder, { version: "1.28.10", chartRepository: `${root}/istio-release/charts` });
        // Without --versions: those of the stack files.
        const args = ["mirror", "--charts", mirror, "--to", `${root}/`, "--json"];
        const { code, stdout, stderr } = await jamIstio(args, fresh(helm, folder), folder);
        assert.equal(code, 0, stderr);
        assert.deepEqual(
          registry.tags(),
          ["base", "cni", "gateway", "istiod", "ztunnel"]
            .map((chart) => `mesh/istio-release/charts/${chart}:1.28.10`)
            .concat("mesh/kiali/kiali-server:2.17.0"),
        );
        const { files, images } = JSON.parse(stdout) as { files: string[]; images: string[] };
        assert.deepEqual(files, ["mirror/images.txt", "mirror/images.skopeo.yaml"]);
        assert.ok(images.includes("docker.io/istio/proxyv2:1.28.10"), images.join(" "));
        const env = { ...fresh(helm, folder), JAM_ISTIO_CACHE: join(folder, "empty") };
        const rendered = await jamIstio(["render", "shop", "--charts", root], env, folder);
        assert.equal(rendered.code, 0, rendered.stdout + rendered.stderr);
      } finally {
        await registry.stop();
      }
    }),
  );

  itNeeds(["helm", "mirror"], "wrong input: one line, nothing is written", ({ helm, mirror }) =>
    inFolder(async (folder) => {
      for (const [args, line] of [
        [["--versions", "1.9.0", "--to", "m"], /--versions "1\.9\.0": .*Istio 1\.6 to 1\.11 have no charts/],
        [["--versions", "1.30", "--to", "m"], /--versions "1\.30": jam-istio:istio\.version: .*a version x\.y\.z/],
        [["--versions", "1.30.3", "--to", "https://example.com/charts"], /--to: allowed is a folder, or oci:/],
        [["--versions", "1.30.3", "--to", "m", "--images", ""], /--images is empty/],
        [["--to", "m"], /there is no stack file here: --versions 1\.30\.3 says/],
        [["--versions", "1.30.99", "--to", "m"], /nothing was written: chart base 1\.30\.99 cannot be had/],
        [["--versions", "1.30.3", "--to", "oci://127.0.0.1:9/m"], /127\.0\.0\.1:9\/m\S* does not take the chart: /],
      ] as const) {
        writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
        const env = { ...fresh(helm, folder), JAM_ISTIO_CHARTS: mirror };
        const { code, stdout, stderr } = await jamIstio(["mirror", ...args], env, folder);
        assert.deepEqual([code, stdout], [1, ""], stderr);
        assert.match(stderr.trimEnd().split("\n").at(-1) ?? "", line);
      }
      assert.deepEqual(
        filesIn(folder).filter((file) => !file.startsWith("cache/")),
        ["Pulumi.yaml"],
      );
    }),
  );
});

describe("digests of images", () => {
  it("are asked of a registry, also one that gives a token to everybody; one that is silent is named", async () => {
    const registry = await servePushes();
    try {
      registry.wantsToken = true;
      const digest = registry.put("istio/pilot:1.30.3", '{"manifests":[]}');
      const image = (tag: string, host = registry.host) => ({ registry: host, repository: "istio/pilot", tag });
      const found = await imageDigests([
        image("1.30.3"),
        image("1.30.4"),
        image("1", new URL(await closedPort()).host),
      ]);
      assert.deepEqual(found.slice(0, 2), [{ digest }, { why: "HTTP 404" }]);
      assert.match(JSON.stringify(found[2]), /no answer: .*ECONNREFUSED/);
    } finally {
      await registry.stop();
    }
  });
});
