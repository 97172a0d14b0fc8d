import assert from "node:assert/strict";
import { NoReaper, placeReaper, reaperTrouble, startReaper } from "../../../cluster/faults/reaper";
import { reaperObjects } from "../../../mesh/faults/reaper";
import { dies, failure, list, refusal, useApi, type Answer } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { paths, planePod, pod } from "../support/objects";

const name = "fault-reaper-0123abcd";
const marks = { namespace: "dev701", drill: "dev701-0123abcd", start: "now", end: "2030-01-01T00:00:00Z" };
const objects = reaperObjects(marks, ["fault-service-a-0123abcd"], "planned:1");
const [jobs, accounts] = ["/apis/batch/v1/namespaces/dev701/jobs", "/api/v1/namespaces/dev701/serviceaccounts"];
const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/dev701";
const places = [accounts, `${rbac}/roles`, `${rbac}/rolebindings`, jobs];
const posts = places.map((place) => `POST ${place}`);
const deletes = places.map((place) => `DELETE ${place}/${name}?propagationPolicy=Background`);
const podsOfJob = `GET ${paths.pods("dev701")}?labelSelector=job-name=${name}`;
const events = (of: string) => `GET /api/v1/namespaces/dev701/events?fieldSelector=involvedObject.name=${of}`;
const job = { metadata: { name, namespace: "dev701" }, spec: {}, status: {} };
const running = pod(`${name}-x`, { namespace: "dev701", images: { "fault-reaper": "x:1" } });
const pulling = {
  metadata: { name: `${name}-x`, namespace: "dev701" },
  spec: { containers: [{ name: "fault-reaper", image: "gone:1" }] },
  status: {
    phase: "Pending",
    containerStatuses: [{ name: "fault-reaper", state: { waiting: { reason: "ImagePullBackOff" } } }],
  },
};
const warning = (reason: string, message: string) => list({ type: "Warning", reason, message, metadata: {} });

describe("a reaper", () => {
  const api = useApi();
  const clock = useClock();
  const usual: Record<string, Answer> = {
    ...Object.fromEntries([...posts, ...deletes].map((one) => [one, {}])),
    [`GET ${jobs}/${name}`]: job,
    [podsOfJob]: list(running),
  };
  beforeEach(() => {
    api.answers = usual;
  });
  const start = (more: object = {}) => startReaper(api.cluster, "dev701", { objects, ...more });
  const changes = () => api.asked.filter((one) => !one.startsWith("GET")).map((one) => one.replace(/ \{.*/, ""));

  it("is made, its rights first, and waited for", async () => {
    let turns = 0;
    api.answers = { ...usual, [podsOfJob]: () => list(...(++turns < 4 ? [pulling] : [running])) };
    await start();
    assert.deepEqual([changes(), turns, clock.slept()], [posts, 4, 3]);
  });

  it("is none where no fault has one, and not waited for where nothing lacks", async () => {
    await startReaper(api.cluster, "dev701", { objects: [] });
    await start({ lacking: [] });
    assert.deepEqual(api.asked, []);
  });

  it("that does not run within a minute is taken back, and the reason is said", async () => {
    api.answers = {
      ...usual,
      [podsOfJob]: list(pulling),
      [events(`${name}-x`)]: warning("Failed", 'Back-off pulling image "gone:1"'),
    };
    const error = await refusal(start());
    assert.ok(error instanceof NoReaper);
    assert.equal(
      error.message,
      `Job ${name} does not run: Pod ${name}-x: container fault-reaper: ImagePullBackOff ` +
        '(Failed: Back-off pulling image "gone:1"), for 60 s',
    );
    assert.deepEqual(changes(), [...posts, deletes[3], deletes[2], deletes[1], deletes[0]]);
    assert.equal(clock.slept(), 60);
  });

  it("whose time is over by its node's clock is taken back at once", async () => {
    const status = { conditions: [{ type: "Complete", status: "True" }] };
    api.answers = { ...usual, [`GET ${jobs}/${name}`]: { ...job, status } };
    assert.match(String(await refusal(start())), /by the clock of its node the faults' time is over$/);
    assert.deepEqual([changes(), clock.slept()], [[...posts, ...deletes.toReversed()], 0]);
  });

  it("that may not be made is taken back as far as it was made", async () => {
    const forbidden = 'roles is forbidden: User "ci" cannot create resource "roles"';
    api.answers = { ...usual, [posts[1] ?? ""]: failure(403, forbidden) };
    const error = await refusal(start());
    assert.ok(error instanceof NoReaper);
    assert.equal(error.message, `what ends the faults cannot be made: ${forbidden}`);
    assert.deepEqual(changes(), [posts[0], posts[1], deletes[0]]);
  });

  it("of which a part was asked for without an answer is taken back with it, as it may be made", async () => {
    api.answers = { ...usual, [posts[3] ?? ""]: dies };
    assert.ok((await refusal(start())) instanceof NoReaper);
    assert.deepEqual(changes(), [...posts, ...deletes.toReversed()]);
  });

  it("whose name somebody else has leaves what that is", async () => {
    const foreign = { ...job, metadata: { ...job.metadata, labels: {} } };
    api.answers = { ...usual, [posts[3] ?? ""]: 409, [`GET ${jobs}/${name}`]: foreign };
    assert.match(String(await refusal(start())), /Job fault-reaper-0123abcd is there and not this program's/);
    assert.deepEqual(changes(), [...posts, deletes[2], deletes[1], deletes[0]]);
  });

  it("of which only a part lacks keeps the rest where it does not run", async () => {
    api.answers = { ...usual, [podsOfJob]: list() };
    assert.ok((await refusal(start({ lacking: objects.slice(1, 2) }))) instanceof NoReaper);
    assert.deepEqual(changes(), [posts[1], deletes[1]]);
  });

  it("is not waited for any longer once somebody stops the drill", async () => {
    const stop = new AbortController();
    const stopping = () => {
      stop.abort();
      return list(pulling);
    };
    api.answers = { ...usual, [podsOfJob]: stopping };
    await startReaper(api.cluster, "dev701", { objects }, stop.signal);
    assert.deepEqual(changes(), posts);
  });

  for (const [title, answers, expected] of [
    ["runs", {}, undefined],
    [
      "has ended",
      { status: { conditions: [{ type: "Complete", status: "True" }] } },
      "does not run: it has ended: by the clock of its node the faults' time is over",
    ],
    [
      "failed",
      {
        status: {
          conditions: [{ type: "Failed", status: "True", message: "Job has reached the specified backoff limit" }],
        },
      },
      "does not run: it failed (Job has reached the specified backoff limit)",
    ],
    ["is suspended", { spec: { suspend: true } }, "does not run: it is suspended"],
  ] as const) {
    it(`is told to be well or not where it ${title}`, async () => {
      api.answers = { ...usual, [`GET ${jobs}/${name}`]: { ...job, ...answers } };
      const trouble = await reaperTrouble(api.cluster, "dev701", name);
      assert.equal(trouble, expected === undefined ? undefined : `Job ${name} ${expected}`);
    });
  }

  for (const [title, answers, expected] of [
    ["it is gone", { [`GET ${jobs}/${name}`]: 404 }, "does not run: it is gone"],
    ["it has no pod yet", { [podsOfJob]: list() }, "does not run: no pod was made for it"],
    [
      "a quota or policy lets it have no pod",
      { [podsOfJob]: list(), [events(name)]: warning("FailedCreate", "exceeded quota: pods") },
      "does not run: FailedCreate: exceeded quota: pods",
    ],
  ] as const) {
    it(`does not run where ${title}`, async () => {
      api.answers = { ...usual, ...answers };
      assert.equal(await reaperTrouble(api.cluster, "dev701", name), `Job ${name} ${expected}`);
    });
  }

  it("that may not be seen is named, not taken for one that runs", async () => {
    api.answers = { ...usual, [podsOfJob]: failure(403, "pods is forbidden") };
    assert.equal(
      await reaperTrouble(api.cluster, "dev701", name),
      `whether Job ${name} runs cannot be seen: pods is forbidden`,
    );
  });

  it("is placed by a live sidecar, else by the control plane; without either as the settings have it", async () => {
    const sidecar = pod("a", { namespace: "dev701", images: { "istio-proxy": "mirror/proxyv2:1.30.3" } });
    const imageOf = async () => JSON.stringify((await placeReaper(api.cluster, "dev701", objects)).objects.at(-1));
    api.answers = { [`GET ${paths.pods("dev701")}`]: list(sidecar), [`GET ${paths.pods("istio-system")}`]: 403 };
    assert.match(await imageOf(), /"image":"mirror\/proxyv2:1\.30\.3"/);
    api.answers = {
      [`GET ${paths.pods("dev701")}`]: 403,
      [`GET ${paths.pods("istio-system")}`]: list(planePod("p", "1.30.3")),
    };
    assert.match(await imageOf(), /"image":"docker\.io\/istio\/pilot:1\.30\.3"/);
    api.answers = {};
    assert.match(await imageOf(), /"image":"planned:1"/);
  });

  it("whose Job the API server is silent about does not hang the run", async () => {
    api.answers = { ...usual, [`GET ${jobs}/${name}`]: clock.silentFor(30) };
    const error = await refusal(start());
    assert.match(String(error), /Job fault-reaper-0123abcd: no answer within 30 s/);
  });
});
