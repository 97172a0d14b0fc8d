/** A chart out of Helm's own record of a release: what Helm makes of it is what it makes of the real one. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packChart } from "../../charts/archive";
import { filesOfRecord, filesOfStandIn, type RecordedChart } from "../../mesh/install/recordedChart";
import { mustRun } from "../../tools/run";
import { fakeApi } from "../support/fakeApi";
import { itNeeds, mirror } from "../support/machine";
import { inFolder } from "../support/tinyCharts";

interface Release {
  readonly chart: RecordedChart;
  readonly manifest: string;
}

/** The release that Helm would record. */
async function recordOf(helm: string, archive: string, folder: string, ...more: readonly string[]): Promise<Release> {
  const api = await fakeApi(folder);
  try {
    const args = ["install", "x", archive, "--dry-run=client", "-o", "json", "--kube-apiserver", api.url];
    // The server knows no kinds, so the objects are left out of it; the manifest is what Helm renders otherwise.
    const none = ["--disable-openapi-validation", "--post-renderer", "echo", "--post-renderer-args", "#"];
    const { chart } = JSON.parse(await mustRun(helm, [...args, ...none, ...more], { seconds: 60 })) as Release;
    return { chart, manifest: await render(helm, archive, ...more) };
  } finally {
    await api.stop();
  }
}

const render = (helm: string, archive: string, ...more: readonly string[]) =>
  mustRun(helm, ["template", "x", archive, "--namespace", "istio-system", "--kube-version", "1.34.0", ...more], {
    seconds: 60,
  });

const nameOf = (archive: string) => {
  const [, chart = "", version = ""] = /^(.+?)-(\d+\.\d+\.\d+.*)\.tgz$/.exec(basename(archive)) ?? [];
  return { chart, version };
};

function modernArchives(root: string): readonly string[] {
  return ["istio-release/charts", "kiali"].flatMap((folder) =>
    readdirSync(join(root, folder))
      // Helm 3.20 refuses the schema of older gateways.
      .filter((file) => file.endsWith(".tgz") && !/^gateway-1\.2[34]/.test(file))
      .map((file) => join(root, folder, file)),
  );
}

describe("charts out of Helm's record", () => {
  for (const archive of mirror === undefined ? [] : modernArchives(mirror)) {
    const name = nameOf(archive);
    itNeeds(["helm", "mirror"], `${name.chart} ${name.version} renders the same, with its definitions`, ({ helm }) =>
      inFolder(async (folder) => {
        const { chart, manifest } = await recordOf(helm, archive, folder);
        const files = filesOfRecord(chart, manifest, name);
        assert.ok(files !== undefined);
        const packed = join(folder, "packed.tgz");
        writeFileSync(packed, await packChart(files));
        const ambient = /^(istiod|cni)$/.test(name.chart) ? ["--set", "profile=ambient"] : [];
        // Unset it is random.
        const key = name.chart === "kiali-server" ? ["--set", "login_token.signing_key=k"] : [];
        const more = ["--include-crds", ...ambient, ...key];
        assert.equal(await render(helm, packed, ...more), await render(helm, archive, ...more));
      }),
    );
  }

  for (const [chart, whole] of [
    ["istio-init", true],
    // Helm leaves the charts inside it out of its record.
    ["istio", false],
  ] as const) {
    itNeeds(["helm", "mirror"], `classic ${chart} is ${whole ? "whole" : "never taken"}`, ({ helm, mirror: root }) =>
      inFolder(async (folder) => {
        const name = { chart, version: "1.4.6" };
        const archive = join(root, `istio-release/releases/1.4.6/charts/${chart}-1.4.6.tgz`);
        // As the program installs it: Helm 3 cannot render it otherwise.
        const off = ["--set", "gateways.enabled=false"];
        const { chart: recorded, manifest } = await recordOf(helm, archive, folder, ...off);
        assert.equal(filesOfRecord(recorded, manifest, name) !== undefined, whole);
        // Its list of them alone tells it, and so does what they made.
        const unlisted = { ...recorded, metadata: { ...recorded.metadata, dependencies: [] } };
        assert.equal(filesOfRecord(unlisted, manifest, name) !== undefined, whole);
        assert.equal(filesOfRecord(recorded, "", name) !== undefined, whole);
      }),
    );
  }

  it("a record of another version, of another chart, and one that cannot be read give none", () => {
    const chart = { metadata: { name: "istiod", version: "1.30.3" }, templates: [{ name: "templates/a", data: "" }] };
    const name = { chart: "istiod", version: "1.30.3" };
    assert.ok(filesOfRecord(chart, "", name) !== undefined);
    assert.equal(filesOfRecord(chart, "", { ...name, version: "1.30.2" }), undefined);
    assert.equal(filesOfRecord(chart, "", { ...name, chart: "base" }), undefined);
    assert.equal(filesOfRecord({ ...chart, templates: [] }, "", name), undefined);
    assert.equal(filesOfRecord(undefined, "", name), undefined);
  });
});

describe("a chart that stands for one that cannot be had", () => {
  itNeeds(["helm"], "is a chart to Helm, of that name and version, and refuses to be rendered", ({ helm }) =>
    inFolder(async (folder) => {
      const path = join(folder, "stand-in.tgz");
      writeFileSync(path, await packChart(filesOfStandIn({ chart: "istio", version: "1.4.6" })));
      assert.match(await mustRun(helm, ["show", "chart", path], { seconds: 60 }), /name: istio\nversion: 1\.4\.6/);
      await assert.rejects(render(helm, path), /istio-1\.4\.6\.tgz could not be had, so its release cannot be changed/);
    }),
  );
});

describe("archives", () => {
  itNeeds(["helm"], "a long path is kept, and equal files give equal bytes", ({ helm }) =>
    inFolder(async (folder) => {
      const long = `tiny/files/${"d".repeat(60)}/${"f".repeat(90)}.txt`;
      const files = [
        { path: "tiny/Chart.yaml", data: Buffer.from("apiVersion: v2\nname: tiny\nversion: 1.0.0\n") },
        { path: "tiny/templates/a.yaml", data: Buffer.from('a: {{ .Files.Get "' + long.slice(5) + '" | quote }}\n') },
        { path: long, data: Buffer.from("x".repeat(512)) },
      ];
      const path = join(folder, "long.tgz");
      writeFileSync(path, await packChart(files));
      assert.match(await render(helm, path), /a: "x{512}"/);
      assert.deepEqual(await packChart(files), await packChart(files));
    }),
  );
});
