import assert from "node:assert/strict";
import { compareObjects } from "../../delivery/compare/compare";
import { changeLines } from "../../delivery/formats/lines";

/** What is shown of the one object that differs, line by line. */
function lines(before: object, after: object, kind = "Thing"): readonly string[] {
  const [one, other] = [before, after].map((rest) => ({ apiVersion: "v1", kind, metadata: { name: "a" }, ...rest }));
  if (one === undefined || other === undefined) return [];
  return compareObjects([one], [other], []).objects.flatMap(({ changes }) => changes.flatMap(changeLines));
}

describe("the comparison of rendered objects: secrets", () => {
  // Built at run time, so that no scanner takes this file for a leak.
  const secret = ["hunter", "2"].join("");
  const key = (body: string) =>
    `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${body}\nx\n-----END RSA ${"PRIVATE"} KEY-----\n`;

  for (const [title, before, after] of [
    ["a key that names one", { token: `${secret}a` }, { token: `${secret}b` }],
    [
      "a variable",
      { env: [{ name: "DB_PASSWORD", value: `${secret}a` }] },
      { env: [{ name: "DB_PASSWORD", value: secret }] },
    ],
    ["a whole entry that is added", {}, { env: [{ name: "DB_PASSWORD", value: secret }] }],
    [
      "a line of a text",
      { data: { c: `a: 1\npassword: ${secret}a\n` } },
      { data: { c: `a: 1\npassword: ${secret}\n` } },
    ],
    [
      "JSON in a text",
      { data: { c: `a\n{"x":1,"apiKey":"${secret}a"}` } },
      { data: { c: `a\n{"x":1,"apiKey":"${secret}"}` } },
    ],
    ["an argument", { args: [`--password=${secret}a`] }, { args: [`--password=${secret}`] }],
    ["a URL", { url: `http://u:${secret}a@db` }, { url: `http://u:${secret}@db` }],
    ["a private key in a text", { data: { c: key(`${secret}a`) } }, { data: { c: key(secret) } }],
    [
      "kubectl's copy of the object",
      {
        metadata: {
          name: "a",
          annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${secret}a"}` },
        },
      },
      {
        metadata: {
          name: "a",
          annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${secret}"}` },
        },
      },
    ],
  ] as const)
    it(`${title}: that it differs is shown, and nothing of it`, () => {
      const shown = lines(before, after);
      assert.ok(shown.length > 1, "nothing is shown");
      assert.doesNotMatch(shown.join("\n"), new RegExp(secret));
    });

  it("all that a Secret holds", () => {
    const shown = lines({ data: { anything: btoa(`${secret}a`) } }, { data: { anything: btoa(secret) } }, "Secret");
    assert.deepEqual(shown, ["@@ data.anything @@", "-[secret]", "+[secret]"]);
  });
});
