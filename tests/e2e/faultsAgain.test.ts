import assert from "node:assert/strict";
import { activeIn, objectsOf, useCalled } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { apply, modernConfig, useLab } from "./support/lab";
import { kill } from "./support/kill";
import { until } from "./support/until";

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true },
  { type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true },
];

const policy = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: "nothing-new" } };
const rule = { apiGroups: ["networking.istio.io"], apiVersions: ["*"], operations: ["CREATE"] };
/** A rule of the cluster that refuses new objects of a kind. */
const nothingNew = (resource: string) => [
  {
    ...policy,
    kind: "ValidatingAdmissionPolicy",
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [{ ...rule, resources: [resource] }] },
      validations: [{ expression: "false", message: `no new ${resource}` }],
    },
  },
  {
    ...policy,
    kind: "ValidatingAdmissionPolicyBinding",
    spec: { policyName: "nothing-new", validationActions: ["Deny"] },
  },
];

describeOn("1.34", "faults that were ended, and come again", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const configOf = (faultInjection: Config) =>
    modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, faultInjection });
  const on = () => {
    instance.configure(configOf({ enabled: true, faults }));
  };
  const admitAll = () =>
    lab().plane.kubectl("delete", "validatingadmissionpolicies,validatingadmissionpolicybindings", "nothing-new");
  const off = () => {
    instance.configure(configOf({ enabled: false, faults }));
  };

  useCalled(
    lab,
    () => configOf({}),
    (made) => (instance = made),
  );

  it("an up that was broken off after it removed them is no obstacle to putting them in again", async () => {
    const before = await objectsOf(lab());
    on();
    await instance.up();
    // What comes after the gate fails: the API server admits no new entry.
    await apply(lab(), ...nothingNew("serviceentries"));
    const more = { name: "more", hosts: ["more.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
    instance.configure({ ...configOf({ enabled: false, faults }), externalServices: [more] });
    assert.match(await instance.failure(() => instance.up()), /no new serviceentries/);
    await admitAll();
    assert.equal(await activeIn(lab()), "");
    on();
    await instance.up();
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("by hand with kubectl counts as by hand", async () => {
    const before = await objectsOf(lab());
    on();
    await instance.up();
    const end = "delete virtualservices.networking.istio.io -n dev701 -l jam-istio/fault";
    await lab().plane.kubectl(...end.split(" "));
    for (const up of [() => instance.upRefreshed(), () => instance.up(), () => instance.up()]) {
      await up();
      assert.equal(await activeIn(lab()), "");
    }
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
    on();
    await instance.up();
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    off();
    await instance.up();
  });

  it("what the API server would not take is refused in the preview", async () => {
    on();
    await apply(lab(), ...nothingNew("virtualservices"));
    const refusal =
      /no fault was injected: VirtualService fault-service-ct-webapp-[0-9a-f]{8}: .*no new virtualservices/;
    // A policy counts a moment after it was made.
    await until("the policy counts", async () =>
      refusal.test(await instance.failure(() => instance.preview()).catch(() => "")),
    );
    await admitAll();
    assert.equal(await activeIn(lab()), "");
    off();
  });

  it("what is extended while something is unfinished is refused in the preview, and stays", async () => {
    on();
    await instance.up();
    // As somebody's upgrade leaves it that is still at work.
    const record = (status: string) => [
      ...["label", "secret", "sh.helm.release.v1.istiod.v1", "-n", "istio-system", "--overwrite", `status=${status}`],
      `modifiedAt=${String(Math.floor(Date.now() / 1000))}`,
    ];
    await lab().plane.kubectl(...record("pending-upgrade"));
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    instance.configure(configOf({ enabled: true, faults, expires }));
    assert.match(await instance.failure(() => instance.preview()), /release istiod is pending-upgrade since/);
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    await lab().plane.kubectl(...record("deployed"));
    off();
    await instance.up();
  });

  it("what a run injected that was broken off goes with destroy, though no state knows it", async () => {
    on();
    const child = instance.start("up");
    await until("the first of them is active", async () => (await activeIn(lab())) !== "");
    await kill(child, "tree");
    await instance.pulumi("cancel", "--yes").catch(() => "");
    await instance.destroy();
    assert.equal(await activeIn(lab()), "");
  });
});
