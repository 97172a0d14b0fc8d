/** The files of whole rendered stacks: equal bytes, and no secrets. */
import assert from "node:assert/strict";
import { readStack, stackNames } from "../../cli/stack/stackFile";
import type { Rendered } from "../../render/render";
import { filesOf } from "../../render/write";
import { itNeeds } from "../support/machine";
import { renderAll, textsOf } from "../support/rendering";
import { classicVersion, external, modernVersion, settingsOf } from "../support/settings";

const sentinel = "SENTINEL-4f1c-passphrase";
const classic = { istio: { version: classicVersion }, ...external };

/** What the Secrets among the files hold. */
const secretsOf = (rendered: Rendered) =>
  filesOf(rendered)
    .map(({ object }) => object)
    .filter((object) => object?.kind === "Secret") as unknown as {
    readonly metadata: { readonly name: string };
    readonly data?: unknown;
    readonly stringData?: Readonly<Record<string, string>>;
  }[];

function assertHidden(rendered: Rendered, count: number): void {
  const secrets = secretsOf(rendered);
  assert.equal(secrets.length, count);
  for (const { metadata, data, stringData = {} } of secrets) {
    assert.equal(data, undefined, metadata.name);
    assert.ok(Object.keys(stringData).length > 0, metadata.name);
    assert.deepEqual([...new Set(Object.values(stringData))], ["[secret]"], metadata.name);
  }
}

describe("files of a rendered stack", () => {
  for (const stack of stackNames()) {
    itNeeds(["mirror", "helm"], `${stack}: rendered twice, equal bytes`, async ({ mirror }) => {
      const files = textsOf(await renderAll(readStack(stack), mirror));
      assert.ok(files.length > 0);
      assert.deepEqual(textsOf(await renderAll(readStack(stack), mirror)), files);
    });

    itNeeds(
      ["mirror", "helm"],
      `${stack}: each path once, and no path of this machine in a file`,
      async ({ mirror }) => {
        const files = textsOf(await renderAll(readStack(stack), mirror));
        assert.equal(new Set(files.map(({ path }) => path.toLowerCase())).size, files.length);
        assert.deepEqual(
          files.filter(({ text }) => text.includes(mirror)).map(({ path }) => path),
          [],
        );
      },
    );
  }

  itNeeds(["mirror", "helm"], "a given passphrase is in none, in clear or encoded", async ({ mirror }) => {
    const rendered = await renderAll(settingsOf(classic, { kialiPassphrase: sentinel }), mirror);
    const files = textsOf(rendered);
    assert.ok(files.length > 90);
    const encoded = Buffer.from(sentinel).toString("base64");
    const leaking = files.filter(({ text }) => text.includes(sentinel) || text.includes(encoded));
    assert.deepEqual(
      leaking.map(({ path }) => path),
      [],
    );
    assertHidden(rendered, 1);
  });

  for (const [title, version] of Object.entries({ classic: classicVersion, modern: modernVersion })) {
    itNeeds(["mirror", "helm"], `${title}: Secret kiali shows its keys and no value`, async ({ mirror }) => {
      const rendered = await renderAll(settingsOf({ istio: { version } }), mirror);
      assertHidden(rendered, 1);
      const keys = title === "classic" ? ["passphrase", "username"] : ["value.txt"];
      assert.deepEqual(Object.keys(secretsOf(rendered)[0]?.stringData ?? {}), keys);
    });
  }

  itNeeds(["mirror", "helm"], "a Secret that a chart brings is hidden, too", async ({ mirror }) => {
    const istio = { version: classicVersion, values: { kiali: { createDemoSecret: true } } };
    const rendered = await renderAll(settingsOf({ istio }), mirror);
    assertHidden(rendered, 2);
    assert.deepEqual(
      textsOf(rendered).filter(({ text }) => /YWRtaW4=/.test(text)),
      [],
      "admin, encoded",
    );
  });
});
