/** The command `mesh faults --off --all` of somebody who may see one namespace alone. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectionOf } from "../../cluster/faults/faultObjects";
import { list, useApi } from "../support/apiServer";
import { jamIstio } from "../support/command";
import { inFolder } from "../support/tinyCharts";

const kinds = [
  ...["VirtualService", "DestinationRule", "ServiceEntry", "Service"],
  ...["Job", "RoleBinding", "Role", "ServiceAccount"],
];

describe("jam-istio mesh faults --off --all, without a right to the whole cluster", () => {
  const api = useApi();

  it("ends what it may, and says that it cannot tell of the rest: exit code 1", () =>
    inFolder(async (folder) => {
      const name = "fault-service-ct-webapp-01234567";
      const own = collectionOf("VirtualService", "dev701");
      const isGone = () => api.asked.some((one) => one.startsWith(`DELETE ${own}/${name}`));
      api.answers = {
        ...Object.fromEntries(kinds.map((kind) => [`GET ${collectionOf(kind)}`, 403])),
        ...Object.fromEntries(kinds.map((kind) => [`GET ${collectionOf(kind, "dev701")}`, list()])),
        [`GET ${own}`]: () => list(...(isGone() ? [] : [{ metadata: { name, namespace: "dev701" } }])),
        [`DELETE ${own}/${name}`]: {},
        "GET /apis/apps/v1/namespaces/istio-system/deployments": 403,
        "GET /api/v1/namespaces/dev701/pods": list(),
      };
      writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
      const kubernetes = `jam-istio:kubernetes: {kubeconfig: ${api.kubeconfig}}`;
      const text = `config: {jam-istio:istio: {version: "1.30.3"}, ${kubernetes}}\n`;
      writeFileSync(join(folder, "Pulumi.dev701.yaml"), text);
      const run = await jamIstio(["mesh", "faults", "dev701", "--off", "--all"], {}, folder);
      assert.equal(run.code, 1, run.stdout + run.stderr);
      assert.match(run.stdout, /^namespace dev701: 1 hosts are without their faults again\n/);
      assert.match(
        run.stdout,
        /\nin all namespaces: what faults have of these kinds may not be listed \(HTTP 403\) and is not known: VirtualService, /,
      );
      assert.match(
        run.stdout,
        /\nfaults may be active in other namespaces\. Somebody who may list and delete them: kubectl delete virtualservices\.networking\.istio\.io --all-namespaces -l jam-istio\/fault\n$/,
      );
    }));
});
