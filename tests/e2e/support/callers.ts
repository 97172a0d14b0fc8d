import { Instance, type Config } from "./instance";
import { apply, type Lab } from "./lab";
import { until } from "./until";

/** A Service with its ports by name; its pods are none of the tests' concern. */
export const service = (name: string, ports: Readonly<Record<string, number>>, namespace = "dev701") => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: Object.entries(ports).map(([key, port]) => ({ name: key, port })) },
});

/** A VirtualService of somebody else. */
export const virtualService = (name: string, spec: object, namespace = "dev701") => ({
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "VirtualService",
  metadata: { name, namespace },
  spec: { http: [{ route: [{ destination: { host: "ct-webapp" } }] }], ...spec },
});

/** A Deployment whose pods call. */
export const caller = (app: string, namespace = "dev701") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: app, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers: [{ name: "app", image: "app:1" }] } },
  },
});

/** What is called in the tests of faults, and two callers with sidecars. */
async function applyCalled(lab: Lab): Promise<void> {
  await apply(
    lab,
    service("ct-webapp", { "http-web": 80, "tcp-raw": 7000 }),
    service("memcached", { "tcp-cache": 11211, "tcp-more": 11212, "http-status": 8080 }),
    service("doc-memcached", { memcache: 11211 }),
    caller("ps"),
    caller("web"),
  );
  await until("the callers are ready", async () => {
    const ready = await lab.plane.kubectl(
      "get",
      "deploy",
      "-n",
      "dev701",
      "-o",
      "jsonpath={.items[*].status.readyReplicas}",
    );
    return ready === "2 2";
  });
}

const kinds = [
  ...["virtualservices", "destinationrules", "serviceentries"].map((kind) => `${kind}.networking.istio.io`),
  ...["services", "configmaps", "serviceaccounts", "roles", "rolebindings", "jobs"],
].join(",");

/** Every object of the instance's namespace that a fault could have touched, with what each write changes. */
export async function objectsOf({ plane }: Lab, namespace = "dev701"): Promise<string> {
  const format =
    'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.resourceVersion}{"\\n"}{end}';
  return (await plane.kubectl("get", kinds, "-n", namespace, "-o", format)).split("\n").sort().join("\n");
}

/** Names of the faults that are active, without their drill's own end, sorted. */
export async function activeIn({ plane }: Lab, namespace = "dev701"): Promise<string> {
  const names = "jsonpath={.items[*].metadata.name}";
  const text = await plane.kubectl(
    ...["get", "virtualservices.networking.istio.io", "-n", namespace, "-l", "jam-istio/fault", "-o", names],
  );
  const plain = text.split(" ").map((name) => name.replace(/-[0-9a-f]{8}$/, ""));
  return plain.sort().join(" ");
}

/** Hooks that deploy dev701 without faults before a suite, with what is called and who calls; `keep` is given the instance. */
export function useCalled(lab: () => Lab, config: () => Config, keep: (instance: Instance) => void): void {
  let instance: Instance | undefined;
  before(async () => {
    instance = await Instance.create("dev701", config());
    keep(instance);
    await instance.up();
    await applyCalled(lab());
  });
  after(() => {
    instance?.remove();
  });
}
