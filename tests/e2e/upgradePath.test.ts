import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { connect } from "../../cluster/client/kubernetesClient";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { fingerprint, modernConfig, settled, useLab } from "./support/lab";
import { withRelease } from "./support/rcCharts";
import { createCrds } from "./support/notes/create";
import { plantFor29, plantFor30, plantFor31, valuesFor31 } from "./support/notes/plantedHits";

// A stack goes from minor to minor, and before each step objects are there that its upgrade notes are about: the preview names
// them and refuses, until what is refused is mended or acknowledged.

const stack = "local700";

describeOn(
  "1.34",
  "the way from 1.28.10 to 1.31.0 (charts of 1.31.0-rc.0), with objects that upgrade notes are about",
  () => {
    const lab = useLab("1.34");
    let instance: Instance;

    let charts = "";

    const configOf = (version: string, allow: readonly string[] = []) =>
      modernConfig(
        lab(),
        {},
        { version, values: valuesFor31, allow, chartRepository: `${charts}/istio-release/charts` },
      );
    const configure = (version: string, ...allow: readonly string[]) => {
      instance.configure(configOf(version, allow));
    };
    /** What a preview prints; of one that is refused, too. */
    const preview = async (isRefused: boolean): Promise<string> => {
      const from = instance.log.length;
      if (isRefused) return instance.failure(() => instance.preview());
      await instance.preview();
      return instance.log.slice(from);
    };
    const versionThere = () =>
      lab().plane.kubectl(
        ...["get", "deployment", "istiod", "-n", "istio-system"],
        ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
      );
    /** Goes up, and the control plane has the version then. */
    const up = async (version: string) => {
      await instance.up();
      assert.ok((await versionThere()).endsWith(`:${version}`));
    };
    const said = (text: string) => text.replaceAll(/\s+/g, " ");

    before(async () => {
      charts = await withRelease("1.31.0-rc.0");
      instance = await Instance.create(stack, configOf("1.28.10"));
      await instance.up();
      await createCrds(await connect({ kubeconfig: lab().plane.kubeconfig }));
    });
    after(() => {
      (instance as Instance | undefined)?.remove();
      if (charts !== "") rmSync(charts, { recursive: true });
    });

    it("to 1.29.6: what is refused is named with its object, what to do and the source, and nothing changes", async () => {
      await plantFor29(lab());
      configure("1.29.6");
      const before = await settled(lab(), stack);
      const text = said(await preview(true));
      assert.match(
        text,
        /upgrade note 29-02: .* Here: ClusterRoleBinding reader names istiod-service-account\. To do: /,
      );
      assert.match(
        text,
        /See https:\/\/istio\.io\S+1\.29\S+\. Or acknowledge it with istio\.allow: \["upgrade:29-02"\]/,
      );
      assert.equal(await fingerprint(lab(), stack), before);
    });

    it("mended, it goes, and the preview has the warning and the remark", async () => {
      await lab().plane.kubectl("delete", "clusterrolebinding", "reader");
      const text = said(await preview(false));
      assert.doesNotMatch(text, /29-02/);
      assert.match(text, /upgrade note 29-03: .* Here: EnvoyFilter shop\/limits names a metric remaining_…/);
      assert.match(text, /upgrade note 29-09: .* Here: 1 pod of namespace istio-system is the node agent/);
      await up("1.29.6");
    });

    it("to 1.30.3: both winners of a host are named", async () => {
      await plantFor30(lab());
      configure("1.30.3");
      const text = said(await preview(true));
      assert.match(
        text,
        /upgrade note 30-03: .* Here: .*ServiceEntry a\/db answers for it before, ServiceEntry b\/db after, for namespace caller/,
      );
    });

    it("acknowledged, it goes, and is still said", async () => {
      configure("1.30.3", "upgrade:30-03");
      const text = said(await preview(false));
      assert.match(text, /upgrade note, acknowledged: 30-03: /);
      assert.match(text, /upgrade note 30-08: .* Here: HTTPRoute shop\/web/);
      await up("1.30.3");
    });

    it("to 1.31.0: an acknowledgement of another note does not count", async () => {
      await plantFor31(lab());
      configure("1.31.0", "upgrade:30-03");
      const text = said(await preview(true));
      assert.match(text, /upgrade note 31-04: .* Here: Gateway shop\/gw .*managed gateway ingress\/gw/);
    });

    it("one object mended and the note acknowledged: the acknowledgements that acknowledge nothing are named", async () => {
      await lab().plane.kubectl("delete", "gateways.networking.istio.io", "gw", "-n", "shop");
      configure("1.31.0", "upgrade:30-03", "upgrade:31-04");
      const text = said(await preview(false));
      assert.match(text, /istio\.allow: upgrade:30-03 acknowledges nothing of this run: remove it/);
      assert.match(text, /istio\.allow: upgrade:31-04 acknowledges nothing of this run: remove it/);
      assert.match(text, /upgrade note 31-10: .* Here: DestinationRule shop\/web/);
      assert.match(text, /upgrade note 31-13: .* Here: .*PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY/);
      await up("1.31.0");
    });

    it("where it stays nothing more is said of upgrade notes", async () => {
      configure("1.31.0");
      assert.doesNotMatch(said(await preview(false)), /upgrade note/);
    });
  },
);
