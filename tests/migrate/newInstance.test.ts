import assert from "node:assert/strict";
import { newInstance, type Answers } from "../../migrate/newInstance";

function textOf(answers: Answers): string {
  const made = newInstance("dev701", answers);
  if ("problems" in made) assert.fail(made.problems.join("\n"));
  return made.text;
}
function problemsOf(answers: Answers): string {
  const made = newInstance("dev701", answers);
  return "problems" in made ? made.problems.join("\n") : "";
}

describe("new: the stack file of a new instance", () => {
  it("has the version alone where nothing else is said", () => {
    const text = textOf({ istioVersion: "1.30.3", mysqlHost: "", region: " ", mailHost: "" });
    assert.equal(
      text,
      [
        "# yaml-language-server: $schema=docs/stack.schema.json",
        "config:",
        "  jam-istio:istio:",
        "    version: 1.30.3",
        "",
      ].join("\n"),
    );
  });

  it("has what is answered", () => {
    const text = textOf({
      istioVersion: "1.4.6",
      shared: true,
      mysqlHost: "db.example.com",
      region: "eu-central-1",
      mailHost: "smtp.example.com",
      mailPort: "25",
    });
    for (const line of [
      "    controlPlane: shared",
      "    externalHostName: db.example.com",
      "    region: eu-central-1",
      "    externalHostPort: 25",
    ])
      assert.ok(text.split("\n").includes(line), text);
  });

  for (const [name, answers, expected] of [
    ["no version", {}, /istio\.version/],
    ["a version that is none", { istioVersion: "1.30" }, /istio\.version/],
    ["a version without charts", { istioVersion: "1.7.0" }, /cannot be installed/],
    ["a host that is none", { istioVersion: "1.4.6", mysqlHost: "db" }, /mysql\.externalHostName/],
    ["a region that is none", { istioVersion: "1.4.6", region: "Frankfurt" }, /dataStorage\.region/],
    [
      "a port that is none",
      { istioVersion: "1.4.6", mailHost: "m.example.com", mailPort: "smtp" },
      /mail\.externalHostPort/,
    ],
    ["a port without a host", { istioVersion: "1.4.6", mailPort: "25" }, /no host/],
  ] as const)
    it(`${name} is named`, () => {
      assert.match(problemsOf(answers), expected);
    });
});
