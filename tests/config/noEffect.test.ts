// Keys that are valid by themselves and that nothing would read.
import { checkRows, checkValid, classic, type Config } from "./config";

const modern = (istio: object = {}, more: Config = {}): Config => ({ istio: { version: "1.30.3", ...istio }, ...more });
const shared = (istio: object = {}, more: Config = {}): Config => modern({ controlPlane: "shared", ...istio }, more);
const ofOwner = (key: string, owned = "the mesh") =>
  `${key}: has no effect with istio.controlPlane: shared, where another stack owns ${owned}; remove it`;
const noEntry = (section: string) =>
  `${section}.external: missing: without it externalHostName makes no ServiceEntry; set it to true, or to false to keep the host for later`;
const notEnabled = (part: string) =>
  `istio.${part}.enabled: missing: without it its values have no effect; set it to true, or to false to keep them for later`;
const host = { externalHostName: "db.example.com" };

describe("settings: keys that have no effect", () => {
  checkRows([
    {
      name: "hosts of a database and a mail server that are not external",
      config: { ...classic, mysql: host, mail: host },
      problems: [noEntry("mysql"), noEntry("mail")],
    },
    {
      name: "the region of a bucket without a mode",
      config: { ...classic, dataStorage: { region: "eu-central-1" } },
      problems: [
        "dataStorage.mode: missing: without it region makes no ServiceEntry; set it to aws, or to none to keep the region for later",
      ],
    },
    {
      name: "Kiali's login name in the modern layout",
      config: modern({}, { kiali: { username: "admin" } }),
      problems: [
        "kiali.username: has no effect with Istio 1.12 and newer, where Kiali logs in with a token; remove it",
      ],
    },
    {
      name: "values of Kiali's chart in the classic layout",
      config: { ...classic, kiali: { values: { deployment: { replicas: 2 } } } },
      problems: [
        "kiali.values: has no effect up to Istio 1.5, where the control plane's chart brings Kiali: use istio.values, key kiali",
      ],
    },
    {
      name: "what only the owner of a shared control plane uses",
      config: shared(
        { hub: "reg.example.com", values: { a: 1 }, cni: { values: { a: 1 } } },
        { kiali: { username: "ann", values: { a: 1 } } },
      ),
      problems: [
        ofOwner("istio.hub"),
        ofOwner("istio.values"),
        ofOwner("istio.cni.values"),
        ofOwner("kiali.username", "Kiali"),
        ofOwner("kiali.values", "Kiali"),
      ],
    },
    {
      name: "the name of a part's release, where the part is not switched on",
      config: modern({ cni: { releaseName: "agent" } }),
      problems: [
        "istio.cni.enabled: missing: without it its releaseName has no effect; set it to true, or to false to keep it for later",
      ],
    },
    {
      name: "the name of a part's release of a shared control plane",
      config: shared({ cni: { enabled: false, releaseName: "agent" } }),
      problems: [ofOwner("istio.cni.releaseName")],
    },
    {
      name: "the release's name of a shared control plane",
      config: { istio: { version: "1.4.6", controlPlane: "shared", releaseName: "istio" } },
      problems: [ofOwner("istio.releaseName")],
    },
    {
      name: "values of parts that are not asked for",
      config: modern({ cni: { values: { a: 1 } }, ztunnel: { values: { a: 1 } }, gateway: { values: { a: 1 } } }),
      problems: [notEnabled("cni"), notEnabled("ztunnel"), notEnabled("gateway")],
    },
  ]);
  checkValid([
    {
      name: "what is switched off in so many words keeps its keys",
      config: {
        ...modern({ cni: { enabled: false, values: { a: 1 } } }),
        mysql: { external: false, ...host },
        mail: { external: false, ...host },
        dataStorage: { mode: "none", region: "eu-central-1" },
        kiali: { enabled: false, values: { a: 1 } },
      },
    },
    { name: "empty values are none", config: shared({ values: {}, cni: { values: null } }) },
    { name: "Kiali's login name in the classic layout is used", config: { ...classic, kiali: { username: "ann" } } },
    {
      name: "values of Kiali's chart in the modern layout are used",
      config: modern({}, { kiali: { values: { a: 1 } } }),
    },
    {
      name: "the faults' reaper takes its image from the hub of a shared control plane, too",
      config: shared({ hub: "reg.example.com" }, { faultInjection: { reaper: true, expires: "2026-12-01T18:00:00Z" } }),
    },
  ]);
});
