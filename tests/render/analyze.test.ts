// What Istio's own checker says of the files that `render` writes. It judges files, not a cluster.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStack, stackNames } from "../../cli/stack/stackFile";
import { findTraffic } from "../../lab/traffic";
import { toYaml } from "../../render/objects";
import type { Rendered } from "../../render/render";
import { filesOf } from "../../render/write";
import type { Settings } from "../../settings/types";
import { mustRun } from "../../tools/run";
import { itNeeds } from "../support/machine";
import { objectIn, objectsOf, renderAll } from "../support/rendering";
import { external, modernVersion, settingsOf } from "../support/settings";
import { inFolder } from "../support/tinyCharts";

const { istioctl } = findTraffic();

/** The codes that it finds, each with its object. */
async function findings(objects: readonly object[], mesh?: string): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    objects.forEach((object, at) => {
      writeFileSync(join(folder, `${String(at)}.yaml`), toYaml(object));
    });
    const config = mesh === undefined ? [] : ["--meshConfigFile", join(folder, "mesh.config")];
    if (mesh !== undefined) writeFileSync(join(folder, "mesh.config"), mesh);
    const args = ["analyze", "--use-kube=false", "--all-namespaces", "--output", "json", ...config, folder];
    const text = await mustRun(istioctl ?? "", args, { seconds: 120 });
    const found = JSON.parse(text) as readonly { readonly code: string; readonly origin: string }[];
    return found.map(({ code, origin }) => `${code} ${origin}`).sort();
  });
}

const objectsIn = (rendered: Rendered) =>
  filesOf(rendered).flatMap(({ object }) => (object === undefined ? [] : [object]));

/** Every type of fault, for everyone and for some, of all and of a part. */
const serviceFaults = [
  { type: "httpDelay", host: "ct-webapp", prefix: "/auth", fixedDelay: "7s", sourceLabels: { app: "ps" } },
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 25, everyone: true },
  { type: "httpAbort", host: "api", httpStatus: 500, everyone: true },
  { type: "httpAbort", host: "shop", httpStatus: 500, prefix: "/cart", everyone: true },
  { type: "tcpRedirect", host: "memcached", ports: [11211, 11212], everyone: true },
];
const externalFaults = [
  { type: "externalHost", service: "mysql", everyone: true },
  { type: "externalHost", service: "mail", mode: "hang", everyone: true },
  { type: "externalHost", service: "bucket", sourceLabels: { app: "ps" } },
];

function withFaults(settings: Settings): Settings {
  const faults = [...serviceFaults, ...(settings.mysql.external ? externalFaults : [])];
  const faultInjection = { enabled: true, expires: "2099-01-01T00:00:00Z", reaper: true, faults };
  const sections = { istio: { version: modernVersion }, ...external, faultInjection };
  return { ...settings, faultInjection: settingsOf(sections).faultInjection };
}

/** The preview warns of the same: entries of these stacks have no addresses. */
const expected = ({ namespace, mysql, mail }: Settings) =>
  [...(mysql.external ? ["mysql"] : []), ...(mail.external ? ["smtp"] : [])].map(
    (name) => `IST0134 ServiceEntry ${namespace}/${name}`,
  );

/** A test that needs istioctl, of the module of the traffic tests. */
function itAnalyzes(title: string, body: (mirror: string) => Promise<void>): void {
  if (istioctl === undefined) it(`${title} (pending: no istioctl: npm run lab -- build traffic)`);
  else itNeeds(["mirror", "helm"], title, ({ mirror }) => body(mirror));
}

describe("istioctl analyze of what is rendered", () => {
  for (const stack of stackNames()) {
    for (const [what, change] of [
      ["without faults", (settings: Settings) => settings],
      ["with faults", withFaults],
    ] as const) {
      itAnalyzes(`${stack} ${what}: nothing but TCP ports without addresses`, async (mirror) => {
        const settings = change(readStack(stack));
        const objects = objectsIn(await renderAll(settings, mirror));
        assert.equal(
          objects.some(({ kind }) => kind === "VirtualService"),
          what === "with faults",
        );
        assert.deepEqual(await findings(objects), expected(settings));
      });
    }
  }

  const modern = (istio: object, more: object = {}) =>
    withFaults(
      settingsOf({ istio: { version: modernVersion, ...istio }, kiali: { enabled: false }, ...external, ...more }),
    );

  itAnalyzes("with addresses: nothing", async (mirror) => {
    const settings = modern(
      { controlPlane: "shared" },
      { mysql: { ...external.mysql, addresses: ["10.1.2.3"] }, mail: { ...external.mail, addresses: ["10.1.2.4"] } },
    );
    assert.deepEqual(await findings(objectsIn(await renderAll(settings, mirror))), []);
  });

  itAnalyzes(
    "with DNS capture, once istiod has given addresses: nothing, also of the mesh's configuration",
    async (mirror) => {
      const rendered = await renderAll(modern({ dnsCapture: true }), mirror);
      const config = objectIn(objectsOf(rendered, "istiod"), "ConfigMap", "istio");
      const { mesh } = (config as unknown as { readonly data: { readonly mesh: string } }).data;
      // As istiod writes it: tests/dataplane/sharedPort.test.ts.
      const status = { addresses: [{ host: "db.example.com", value: "240.240.0.1" }] };
      const given = objectsIn(rendered).map((one) => (one.kind === "ServiceEntry" ? { ...one, status } : one));
      assert.deepEqual(await findings(given, mesh), []);
    },
  );

  itAnalyzes("finds a rule that is never used, so the check can fail", async () => {
    const route = [{ destination: { host: "api" } }];
    const spec = {
      hosts: ["api"],
      http: [{ fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }, route }, { route }],
    };
    const object = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "a", namespace: "dev701" },
      spec,
    };
    assert.deepEqual(await findings([object]), ["IST0130 VirtualService dev701/a"]);
  });
});
