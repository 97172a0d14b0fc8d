import assert from "node:assert/strict";
import { withEnvironment } from "../../config/chartCredentials";
import { parseSettings } from "../../config/parse";
import { readStackFile } from "../../config/raw";
import { restOf } from "../../mesh/faults/drill";
import { checkRows, classic, rawOf, settingsOf } from "./config";

const host = "charts.example.com";
const jam = { host, username: "jam", password: "hunter2" };
const credentials = (...chartCredentials: readonly object[]) => ({ ...classic, chartCredentials });
const inClear = (at: number, key: string) =>
  `chartCredentials[${String(at)}].${key}: is in clear. Allowed: a secret, set with: ` +
  `pulumi config set --path --secret 'jam-istio:chartCredentials[${String(at)}].${key}'`;
const secret = (text: string, key: string) =>
  `its value is not allowed. Allowed: a secret, ${text}: pulumi config set --path --secret 'jam-istio:chartCredentials[0].${key}'`;
const aHost =
  "its value is not allowed. Allowed: the host in a chart repository's URL, in lower case, with its port where the URL has one";
const aList =
  "its value is not allowed. Allowed: a list of maps with the keys host, username and password, or host and token";
const secrets = ["chartCredentials"];

describe("settings: credentials of chart repositories", () => {
  checkRows([
    {
      name: "in clear they are refused, each with its place, and not shown",
      config: credentials(jam, { host: "oci.example.com", token: "hunter2" }),
      problems: [inClear(0, "password"), inClear(1, "token")],
    },
    ...[
      "https://charts.example.com",
      "charts.example.com/istio",
      "Charts.example.com",
      "ann:hunter2@charts.example.com",
      "",
    ].map((wrong) => ({
      name: `"${wrong}" is no host`,
      config: credentials({ ...jam, host: wrong }),
      secrets,
      problems: [`chartCredentials[0].host: ${aHost}`],
    })),
    {
      name: "what no header can carry is refused, and not shown",
      config: credentials({ host, token: "hunter 2" }),
      secrets,
      problems: [`chartCredentials[0].token: ${secret("of ASCII without spaces", "token")}`],
    },
    {
      name: "a password of two lines, a user with a colon",
      config: credentials({ host, username: "jam:jam", password: "hunter\n2" }),
      secrets,
      problems: [
        "chartCredentials[0].username: its value is not allowed. Allowed: a user's name, without a colon",
        `chartCredentials[0].password: ${secret("on one line", "password")}`,
      ],
    },
    ...[{ host }, { host, username: "jam" }, { host, password: "hunter2" }, { ...jam, token: "hunter2" }].map(
      (one) => ({
        name: `neither user and password nor a token alone: ${Object.keys(one).join(", ")}`,
        config: credentials(one),
        secrets,
        problems: ["chartCredentials[0]: say username and password, or token alone"],
      }),
    ),
    {
      name: "a host that is there twice",
      config: credentials(jam, jam),
      secrets,
      problems: ["chartCredentials[1]: host charts.example.com is there twice"],
    },
    {
      name: "what is no list is not shown",
      config: { ...classic, chartCredentials: "jam:hunter2" },
      secrets,
      problems: [`chartCredentials: ${aList}`],
    },
  ]);

  it("are read as Pulumi hands them over, and are no part of the digest that stands in the state", () => {
    const all = [jam, { host: "oci.example.com:5000", token: "t" }];
    const settings = settingsOf(credentials(...all), secrets);
    assert.deepEqual(settings.chartCredentials, all);
    assert.equal(restOf(settings), restOf(settingsOf(classic)));
  });

  const fileOf = (text: string) => readStackFile(`config: {jam-istio:istio: {version: "1.4.6"}, ${text}}`);
  const parsed = (text: string) => parseSettings(fileOf(text), "dev701");

  it("of a stack file alone count as absent: they cannot be opened", () => {
    for (const text of [
      "chartCredentials: {secure: v1:a}",
      "chartCredentials: [{host: charts.example.com, username: jam, password: {secure: v1:a}}]",
      "chartCredentials: [{host: charts.example.com, token: {secure: v1:a}}]",
    ]) {
      const result = parsed(text);
      assert.deepEqual("settings" in result ? result.settings.chartCredentials : result.problems, []);
    }
  });

  it("one in clear beside one that is encrypted is found in the stack file", () => {
    const one = "{host: a.example.com, token: {secure: v1:a}}";
    assert.deepEqual(parsed(`chartCredentials: [${one}, {host: b.example.com, token: hunter2}]`), {
      problems: [`jam-istio:${inClear(1, "token")}`],
    });
  });

  it("of the environment go before the stack's, and what is wrong there is named as there", () => {
    const raw = rawOf(credentials({ ...jam, host: "old.example.com" }), secrets);
    const given = (text: string) =>
      parseSettings(withEnvironment(raw, { JAM_ISTIO_CHART_CREDENTIALS: text }), "dev701");
    const result = given(JSON.stringify([jam]));
    assert.deepEqual("settings" in result ? result.settings.chartCredentials : result.problems, [jam]);
    assert.deepEqual(given("jam:hunter2"), { problems: [`JAM_ISTIO_CHART_CREDENTIALS: ${aList}`] });
    assert.deepEqual(given('[{"host":"charts.example.com"}]'), {
      problems: ["JAM_ISTIO_CHART_CREDENTIALS[0]: say username and password, or token alone"],
    });
    assert.equal(withEnvironment(raw, { JAM_ISTIO_CHART_CREDENTIALS: "" }), raw);
  });
});
