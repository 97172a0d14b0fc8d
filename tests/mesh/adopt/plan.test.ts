import assert from "node:assert/strict";
import type { FoundMesh, FoundRelease } from "../../../mesh/adopt/found";
import { keyOf, type AnyObject } from "../../../mesh/adopt/objects";
import { planAdoption } from "../../../mesh/adopt/plan";
import type { Values } from "../../../mesh/install/helmReleases";
import { lostValues } from "../../../mesh/adopt/lostValues";
import { settingsOf } from "../../support/settings";

const named = (kind: string, name: string, labels: Readonly<Record<string, string>> = {}): AnyObject => ({
  apiVersion: kind === "Deployment" ? "apps/v1" : "v1",
  kind,
  metadata: { name, labels },
});

const release = (name: string, chart: string, object: AnyObject, given: Values = {}): FoundRelease => ({
  ...{ name, chart, given, objects: [object], chartVersion: "1.28.10", revision: 1, status: "deployed" },
  ...{ description: "", records: [] },
});

const [account, istiod, edge] = [
  named("ServiceAccount", "istio-reader-service-account"),
  named("Deployment", "istiod"),
  named("Deployment", "edge"),
];

const planned = (name: string, chart: string, object: AnyObject) => ({ name, chart, values: {}, objects: [object] });

/** Plans the adoption of istiod 1.28.10 with chart base. */
function planOf(
  releases: readonly FoundRelease[],
  more: {
    readonly istio?: object;
    readonly given?: object;
    readonly ofIstioctl?: readonly AnyObject[];
    readonly namespace?: AnyObject;
    readonly revision?: string;
    readonly begun?: readonly string[];
    readonly halfMade?: readonly { readonly name: string; readonly status: string }[];
  } = {},
) {
  const { istio = {}, given = {}, ofIstioctl = [], namespace, revision = "default", begun = [], halfMade = [] } = more;
  const objects = [...releases.flatMap((one) => one.objects), ...(namespace === undefined ? [] : [namespace])];
  const found: FoundMesh = {
    releases,
    controlPlanes: [{ name: "istiod", revision, declared: "1.28.10", ready: ["1.28.10"] }],
    live: new Map(objects.map((one) => [keyOf(one), one])),
    trials: new Map(objects.map((one) => [keyOf(one), { after: one }])),
    ...{ givenWithoutHelm: {}, ofIstioctl, ofInstance: [], unread: [] },
  };
  const settings = settingsOf({ istio: { version: "1.28.10", ...istio }, kiali: { enabled: false }, ...given });
  return planAdoption(found, {
    ...{ settings, targetVersion: "1.28.10", known: [], begun, halfMade, ownLogin: false },
    plans: [planned("istio-base", "base", account), planned("istiod", "istiod", istiod)],
    own: [named("Namespace", settings.namespace)],
  });
}

const plain = [release("mesh-crds", "base", account), release("istiod", "istiod", istiod)];

describe("adoption: what stands in the way", () => {
  it("nothing, where the settings say what runs", () => {
    assert.deepEqual(planOf(plain).problems, []);
  });

  it("a release with the stack's mark that its state does not know, unless an adoption of the stack was interrupted", () => {
    const own = { ...release("istio-base", "base", account), description: "jam-istio/dev701" };
    const releases = [own, release("istiod", "istiod", istiod)];
    assert.match(planOf(releases).problems.join("\n"), /^release istio-base was installed by .* another backend/);
    const again = planOf(releases, { begun: ["istio-base", "istiod"] });
    assert.deepEqual([again.problems, again.releases[0]?.from?.revision], [[], 1]);
    const renamed = [{ ...own, name: "mesh-crds" }, release("istiod", "istiod", istiod)];
    assert.match(
      planOf(renamed, { begun: ["istio-base", "istiod"] }).problems.join("\n"),
      /^release mesh-crds was installed by/,
    );
  });

  it("a release that is half made, with the way out", () => {
    const half = { ...release("mesh-crds", "base", account), status: "pending-install" };
    const { problems } = planOf([half, release("istiod", "istiod", istiod)], { begun: ["istio-base", "istiod"] });
    assert.match(problems.join("\n"), /^release mesh-crds is pending-install .* bring it to an end first/);
  });

  it("nothing, where a first revision was left half made: it is told, and Helm makes it again", () => {
    const halfMade = [{ name: "istio-base", status: "pending-install" }];
    const { problems, found, releases } = planOf([release("istiod", "istiod", istiod)], { halfMade });
    assert.deepEqual([problems, releases[0]?.from], [[], undefined]);
    assert.ok(
      found.includes(
        "Helm release istio-base: an interrupted run left its first revision pending-install; its record is removed, and Helm makes it again",
      ),
    );
  });

  it("values of the control plane do, those of chart base are named: no setting carries them", () => {
    const base = release("mesh-crds", "base", account, { defaultRevision: "default" });
    const plane = release("istiod", "istiod", istiod, { pilot: { traceSampling: 10 } });
    const { problems, found } = planOf([base, plane]);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /below istio\.values,[^]*traceSampling: 10/);
    assert.ok(
      found.includes("values of chart base that no setting carries: defaultRevision; what that changes is below"),
      found.join("\n"),
    );
  });

  it("another login of Kiali's than the program's own, unless the settings say it", () => {
    const kiali = named("Deployment", "kiali");
    const given = { auth: { strategy: "openid", openid: { client_id: "a" } } };
    const lost = (own: object, strategy: string) => {
      const settings = settingsOf({ istio: { version: "1.28.10" }, kiali: { values: own } });
      const plan = { name: "kiali-server", chart: "kiali-server", values: { auth: { strategy } }, objects: [kiali] };
      const found = { givenWithoutHelm: {} } as FoundMesh;
      return lostValues(plan, found, { plans: [plan], settings }, [release("console", "kiali-server", kiali, given)]);
    };
    assert.deepEqual(lost({}, "token"), given);
    assert.deepEqual(lost({ auth: { strategy: "openid" } }, "openid"), { auth: { openid: { client_id: "a" } } });
  });

  it("what an umbrella gives to one of its charts is asked for that one alone", () => {
    const kiali = named("Deployment", "kiali");
    const settings = settingsOf({ istio: { version: "1.28.10" } });
    const plan = { name: "kiali-server", chart: "kiali-server", values: {}, objects: [kiali] };
    const umbrella = {
      ...release("mesh", "mesh-umbrella", kiali, { meshConfig: { accessLogFile: "/dev/stdout" } }),
      givenBelow: { istiod: { meshConfig: {} }, "kiali-server": { server: { web_root: "/kiali" } } },
    };
    const found = { givenWithoutHelm: {} } as FoundMesh;
    const lost = lostValues(plan, found, { plans: [planned("istiod", "istiod", istiod), plan], settings }, [umbrella]);
    assert.deepEqual(lost, { server: { web_root: "/kiali" } });
  });

  it("an object of a release elsewhere, also of one that has a planned one's name", () => {
    const owned = {
      ...account,
      metadata: {
        ...account.metadata,
        annotations: { "meta.helm.sh/release-name": "istio-base", "meta.helm.sh/release-namespace": "default" },
      },
    };
    const { problems } = planOf([release("istio-base", "base", owned), release("istiod", "istiod", istiod)]);
    assert.match(
      problems.join(),
      /^ServiceAccount .* belongs to Helm release istio-base in default: take it out there/,
    );
  });

  it("an object of the stack's own that a Helm release has which stays: it would still delete it", () => {
    const marks = { "meta.helm.sh/release-name": "extras", "meta.helm.sh/release-namespace": "istio-system" };
    const namespace = named("Namespace", "dev701");
    const owned = { ...namespace, metadata: { ...namespace.metadata, annotations: marks } };
    const { problems } = planOf([...plain, release("extras", "extras", owned)], { namespace: owned });
    assert.match(problems.join(), /^Namespace dev701 belongs to Helm release extras in istio-system: annotate it/);
    const gone = { ...release("extras", "extras", owned), objects: [] };
    assert.deepEqual(planOf([...plain], { namespace: owned }).problems, [], "the release is gone");
    assert.equal(planOf([...plain, gone], { namespace: owned }).problems.length, 1);
  });

  it("a control plane with another revision than the settings have", () => {
    assert.match(planOf(plain, { revision: "stable" }).problems[0] ?? "", /set istio\.revision: stable$/);
  });

  it("a namespace with a revision's label, which istio-injection would void", () => {
    const labelled = (labels: Readonly<Record<string, string>>) => named("Namespace", "dev701", labels);
    const problems = (revision: string, injection: string, labels: Readonly<Record<string, string>>) =>
      planOf(plain, { istio: { revision: "stable" }, given: { injection }, revision, namespace: labelled(labels) })
        .problems;
    const [text = ""] = problems("stable", "enabled", { "istio.io/rev": "stable" });
    assert.match(text, /by the label istio\.io\/rev=stable, .*: set injection: revision$/);
    const [other = ""] = problems("stable", "enabled", { "istio.io/rev": "prod" });
    assert.match(other, /set injection: unmanaged, which leaves it$/);
    assert.deepEqual(problems("stable", "revision", { "istio.io/rev": "stable" }), []);
    assert.deepEqual(problems("stable", "enabled", { "istio.io/rev": "stable", "istio-injection": "enabled" }), []);
  });
});

describe("adoption: what is not the settings'", () => {
  it("a Helm release stays with Helm, with the setting that would take it over, and is not taken for istioctl's", () => {
    const owned = { ...edge, metadata: { ...edge.metadata, annotations: { "meta.helm.sh/release-name": "edge" } } };
    const { found, objects } = planOf([...plain, release("edge", "gateway", edge), release("own", "shop", edge)], {
      ofIstioctl: [owned, named("Service", "istio-egressgateway")],
    });
    assert.deepEqual(found.slice(-2), [
      "Helm release edge: chart gateway 1.28.10, none of the settings': it stays with Helm; istio.gateway.enabled: true would take " +
        "it over",
      "Helm release own: chart shop 1.28.10, none of the settings': it stays with Helm",
    ]);
    const left = objects.filter(({ fate }) => fate === "left");
    assert.deepEqual(
      left.map(({ object, why }) => [object.metadata.name, why]),
      [["istio-egressgateway", "istioctl made it; the settings' charts do not"]],
    );
  });
});
