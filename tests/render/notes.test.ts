import assert from "node:assert/strict";
import { meshPlan } from "../../mesh/meshPlan";
import { notesOf, type ChartRoot } from "../../render/notes";
import type { Rendered } from "../../render/render";
import { settingsOf, type Sections } from "../support/settings";

const object = (kind: string, name: string, more = {}): Rendered[number] => ({
  kind: "object",
  object: { apiVersion: "v1", kind, metadata: { name, namespace: "istio-system" }, ...more },
});
const notes = (sections: Sections, charts?: ChartRoot, rendered: Rendered = []) =>
  notesOf(meshPlan(settingsOf(sections)), rendered, charts);
const [classic, modern] = [{ istio: { version: "1.4.6" } }, { istio: { version: "1.30.3" } }];
const variable = { root: "https://ana:secret@mirror.example.com/charts", from: "JAM_ISTIO_CHARTS" } as const;

describe("what render says beside the objects", () => {
  it("warns as a preview would, as far as the settings tell", () => {
    assert.deepEqual(notes(modern).warnings, []);
    const [ended, tested, ...others] = notes(classic).warnings;
    assert.match(ended ?? "", /^Istio 1\.4 is past its end of life .*allow: \[end-of-life\]$/);
    assert.match(tested ?? "", /^Istio 1\.4 is tested on Kubernetes 1\.13 to 1\.15, not on 1\.21$/);
    assert.deepEqual(others, []);
    assert.match(notes({ istio: { version: "1.99.0" } }).warnings.join(), /newer than this program's data/);
    const allowed = notes({ istio: { version: "1.28.10", allow: ["end-of-life"] } });
    assert.deepEqual(allowed.warnings, []);
  });

  for (const [name, istio, charts, expected] of [
    ["the official ones", {}, undefined, "charts come from the official repositories"],
    ["the settings' one", { chartRepository: "./charts" }, undefined, "charts come from istio.chartRepository"],
    [
      "the variable's, without its password",
      {},
      variable,
      "charts come from https://***@mirror.example.com/charts (JAM_ISTIO_CHARTS)",
    ],
    [
      "the option's, before the settings' one",
      { chartRepository: "./charts" },
      { root: "/mirror", from: "--charts" },
      "charts come from /mirror (--charts), which goes before istio.chartRepository; up takes them from istio.chartRepository",
    ],
  ] as const) {
    it(`says which repository it took: ${name}`, () => {
      assert.equal(notes({ istio: { version: "1.30.3", ...istio } }, charts).notes[0], expected);
    });
  }

  for (const [sections, text] of [
    [classic, "Kubernetes 1.21.0, the newest that carries Istio 1.4"],
    [modern, "Kubernetes 1.36.0, the newest that carries Istio 1.30"],
  ] as const) {
    it(`says what it rendered for: ${text}`, () => {
      assert.ok(notes(sections).notes[1]?.includes(text));
    });
  }

  it("says who makes the definitions of the classic layout, which are no files", () => {
    assert.match(notes(classic).notes.join("\n"), /Jobs of release istio-init make them in the cluster/);
    assert.doesNotMatch(notes(modern).notes.join("\n"), /Jobs/);
  });

  it("says that a Secret's file is not to be applied, and names no other", () => {
    const hidden = object("Secret", "kiali", { stringData: { passphrase: "[secret]" } });
    const rendered = [hidden, object("Secret", "empty", { stringData: {} }), object("ConfigMap", "istio")];
    assert.deepEqual(
      notes(modern, undefined, rendered).notes.filter((text) => text.includes("Secret")),
      ["Secret istio-system/kiali: the values are placeholders ([secret]). Do not apply the files as they are"],
    );
  });

  it("of a shared control plane says nothing of charts", () => {
    const shared = { istio: { version: "1.4.6", controlPlane: "shared" } };
    assert.deepEqual(notes(shared, variable), { warnings: [], notes: [] });
  });
});
