import assert from "node:assert/strict";
import { activeIn, objectsOf, useCalled } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { apply, modernConfig, useLab } from "./support/lab";

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true },
  { type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true },
];

const policy = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: "no-new-entry" } };
const rule = { apiGroups: ["networking.istio.io"], apiVersions: ["*"], operations: ["CREATE"] };
/** A rule of the cluster that refuses new ServiceEntries. */
const noNewEntry = [
  {
    ...policy,
    kind: "ValidatingAdmissionPolicy",
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [{ ...rule, resources: ["serviceentries"] }] },
      validations: [{ expression: "false", message: "no entry is admitted" }],
    },
  },
  {
    ...policy,
    kind: "ValidatingAdmissionPolicyBinding",
    spec: { policyName: "no-new-entry", validationActions: ["Deny"] },
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
    await apply(lab(), ...noNewEntry);
    const more = { name: "more", hosts: ["more.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
    instance.configure({ ...configOf({ enabled: false, faults }), externalServices: [more] });
    assert.match(await instance.failure(() => instance.up()), /no entry is admitted/);
    await lab().plane.kubectl(
      "delete",
      "validatingadmissionpolicies,validatingadmissionpolicybindings",
      "no-new-entry",
    );
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
    for (let turn = 0; turn < 3; turn++) {
      await instance.up();
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
});
