import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { recordedChart } from "../../../cluster/upgrade/helmRecords";
import { dies, list, refusal, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { chartOf, helmSecret, paths } from "../support/objects";

// Which record a chart is taken from. How one record is read is in observe.test.ts, that Helm takes such a chart in
// tests/charts/recorded.test.ts.

const name = { chart: "istiod", version: "1.30.3" } as const;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const whole = (text: string) => ({
  ...chartOf("1.30.3"),
  templates: [{ name: "templates/a.yaml", data: base64(text) }],
});
const broken = Buffer.from("no gzip").toString("base64");

describe("a chart out of Helm's records", () => {
  const api = useApi();
  const clock = useClock();
  const read = async () =>
    (await recordedChart(api.cluster, "istiod", name))?.map(({ path, data }) => `${path}: ${data.toString("utf8")}`);

  it("is asked for by owner and release, and read whole", async () => {
    const chart = { ...whole("kind: Service"), values: { a: 1 }, schema: base64("{}"), files: [] };
    api.answers = { [`GET ${paths.secrets}`]: list(helmSecret(1, { chart })) };
    assert.deepEqual(await read(), [
      'istiod/Chart.yaml: {\n  "name": "istiod",\n  "version": "1.30.3"\n}\n',
      'istiod/values.yaml: {\n  "a": 1\n}\n',
      "istiod/values.schema.json: {}",
      "istiod/templates/a.yaml: kind: Service",
    ]);
    assert.deepEqual(api.asked, [`GET ${paths.secrets}?labelSelector=owner=helm,name=istiod`]);
  });

  const old = helmSecret(2, { chart: whole("old") });
  for (const [title, records, expected] of [
    ["the newest that has it counts, by number", [helmSecret(10, { chart: whole("new") }), old], "new"],
    ["one that is broken is passed over", [helmSecret(3, { payload: broken }), old], "old"],
    ["one that is empty is passed over", [{ metadata: { labels: { version: "3" } } }, old], "old"],
    ["one of another version is passed over", [helmSecret(3, { chart: chartOf("1.29.1") }), old], "old"],
    ["one without templates is passed over", [helmSecret(3, { chart: chartOf("1.30.3") }), old], "old"],
    [
      "one with charts inside is passed over",
      [helmSecret(3, { chart: whole("x"), manifest: "# Source: istiod/charts/b/c.yaml" }), old],
      "old",
    ],
    ["where only broken ones are there, there is none", [helmSecret(3, { payload: broken })], undefined],
    ["where there are no records, there is none", [], undefined],
  ] as const) {
    it(title, async () => {
      api.answers = { [`GET ${paths.secrets}`]: list(...records) };
      assert.equal((await read())?.at(-1), expected && `istiod/templates/a.yaml: ${expected}`);
    });
  }

  for (const [title, answer, reason] of [
    ["is not permitted", 403, /^not permitted \(HTTP 403\)$/],
    ["fails", 500, /^HTTP 500$/],
    ["meets a server that dies", dies, /socket hang up/],
    ["meets a server that is silent", clock.silentFor(30), /^the Kubernetes API: no answer within 30 s$/],
  ] as const) {
    it(`a listing that ${title} is an error, not a chart that is missing`, async () => {
      api.answers = { [`GET ${paths.secrets}`]: answer };
      assert.match(reasonOf(await refusal(read())), reason);
    });
  }
});
