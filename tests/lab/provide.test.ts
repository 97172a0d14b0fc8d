import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { searchBinaries } from "../../lab/binaries";
import { provideBinaries } from "../../lab/provide";
import { jamIstio } from "../support/command";

/** Sets environment variables for one test. */
async function withEnv<T>(env: Readonly<Record<string, string>>, work: () => Promise<T> | T): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

describe("the programs of a control plane", () => {
  const root = mkdtempSync(join(tmpdir(), "jam-istio-programs-"));
  const empty = { PATH: "", JAM_ISTIO_LAB: "", KUBEBUILDER_ASSETS: "", JAM_ISTIO_CACHE: join(root, "cache") };
  const program = (folder: string, name: string, prints = "") => {
    mkdirSync(join(root, folder), { recursive: true });
    const path = join(root, folder, name);
    writeFileSync(path, `#!/bin/sh\necho '${prints}'\n`);
    chmodSync(path, 0o755);
    return path;
  };
  after(() => {
    rmSync(root, { recursive: true });
  });

  it("come from the given folder of the minor, then from the given folder itself", () =>
    withEnv(empty, () => {
      const first = program("given/1.34", "kube-apiserver", "Kubernetes v1.34.4");
      program("given", "kube-apiserver", "Kubernetes v1.34.1");
      const etcd = program("given", "etcd");
      const { found, missing } = searchBinaries("1.34", join(root, "given"));
      assert.deepEqual(found, { apiserver: first, etcd });
      assert.deepEqual(missing, ["kwokctl", "kwok", "controllerManager", "scheduler", "kubectl"]);
    }));

  it("come from KUBEBUILDER_ASSETS where their version is the wanted one", async () => {
    const path = program("assets", "kube-apiserver", "Kubernetes v1.33.0");
    await withEnv({ ...empty, KUBEBUILDER_ASSETS: join(root, "assets") }, () => {
      assert.equal(searchBinaries("1.33", undefined).found.apiserver, path);
      assert.equal(searchBinaries("1.34", undefined).found.apiserver, undefined);
    });
  });

  it("cannot be had without Go: the message names what is missing and each way out", () =>
    withEnv(empty, () =>
      assert.rejects(
        provideBinaries("1.34", join(root, "nothing"), () => undefined),
        (error: Error) => {
          assert.match(error.message, /^no kwokctl, kwok, etcd, kube-apiserver, .*kubectl for Kubernetes 1\.34/);
          assert.match(error.message, /Go is not there to build them/);
          assert.match(error.message, /--binaries or JAM_ISTIO_LAB.*go\.dev\/doc\/install.*kwok\.sigs\.k8s\.io/);
          return true;
        },
      ),
    ));
});

describe("wrong input to lab and rehearse", () => {
  for (const [args, message] of [
    [
      ["lab", "up", "--kubernetes", "latest"],
      'error: --kubernetes: "latest" is no Kubernetes version. Allowed: 1.34, 1.21\n',
    ],
    [["lab", "down", "--kubernetes", "2"], 'error: --kubernetes: "2" is no Kubernetes version. Allowed: 1.34, 1.21\n'],
    [
      ["rehearse", "dev701", "--to-version", "new"],
      'error: --to-version: "new" is no Istio version. Allowed: a release such as 1.30.3\n',
    ],
    [
      ["rehearse", "integration702"],
      "error: integration702 lives on another stack's control plane: rehearse the stack that owns istio-system\n",
    ],
  ] as const) {
    it(args.join(" "), async () => {
      const { code, stdout, stderr } = await jamIstio(args);
      assert.deepEqual([code, stdout, stderr], [1, "", message]);
    });
  }

  it("an unknown stack names those that there are", async () => {
    const { code, stderr } = await jamIstio(["rehearse", "nowhere"]);
    assert.equal(code, 1);
    assert.match(stderr, /there is no Pulumi\.nowhere\.yaml\. Stacks with a file: dev701, integration702, local700/);
  });
});
