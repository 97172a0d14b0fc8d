import { loadAll } from "js-yaml";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { entryArgs } from "../../../components/externalServices";
import { startControlPlane, type LabControlPlane } from "../../../lab/controlPlane";
import { applyObjects } from "../../../lab/planeFile";
import type { Fault } from "../../../mesh/faults/fault";
import type { DrillMetadata } from "../../../mesh/faults/faultObjects";
import { faultObjects } from "../../../mesh/faults/virtualServices";
import { serviceEntries, type ExternalSettings } from "../../../mesh/install/serviceEntries";
import { chartRoot } from "../../e2e/support/engine";
import { until } from "../../e2e/support/until";
import { crdFiles } from "../../support/crds";
import { Istiod } from "./istiod";
import { Kubelet } from "./kubelet/server";
import { Sidecar, type Backend, type SidecarOptions } from "./sidecar";
import { planeObject, podOf, service, type Images } from "./worldObjects";

/** The external services of both instances. */
export const external: ExternalSettings = {
  mysql: { external: true, externalHostName: "db.example.com", addresses: [] },
  dataStorage: { mode: "aws", region: "eu-central-1" },
  mail: { external: true, externalHostName: "smtp.example.com", externalHostPort: 587, addresses: [] },
};
const names = {
  "db.example.com": "10.99.2.1",
  "reader.example.com": "10.99.2.4",
  "stranger.example.com": "10.99.2.5",
  "smtp.example.com": "10.99.2.2",
  "s3.eu-central-1.amazonaws.com": "10.99.2.3",
  "bucket.s3.eu-central-1.amazonaws.com": "10.99.2.3",
};
/** Addresses of the backends. */
export const at = {
  ...{ webapp: "10.99.1.1", cache: "10.99.1.2" },
  ...{ db: "10.99.2.1", mail: "10.99.2.2", bucket: "10.99.2.3", reader: "10.99.2.4", stranger: "10.99.2.5" },
};

/** Two instances on one cluster with real istiod; sidecars are started into it. */
export class World {
  private readonly sidecars: Sidecar[] = [];
  private node: Kubelet | undefined;
  private backends: readonly Backend[] = [];

  private constructor(
    public readonly plane: LabControlPlane,
    public readonly istiod: Istiod,
    public readonly folder: string,
    private readonly envoy: string,
  ) {}

  public static async start(programs: { readonly istiod: string; readonly envoy: string }): Promise<World> {
    const plane = await startControlPlane("1.34");
    const folder = mkdtempSync(join(tmpdir(), "jam-dataplane-"));
    // The proxies have a user of their own.
    chmodSync(folder, 0o777);
    const world = new World(plane, new Istiod(programs.istiod, plane.kubeconfig, folder), folder, programs.envoy);
    await world.setUp();
    return world;
  }

  public apply(...objects: readonly object[]): Promise<void> {
    return applyObjects(this.plane.plane, objects);
  }

  private async setUp(): Promise<void> {
    const crds: object[] = [];
    loadAll(crdFiles(`${chartRoot() ?? ""}/istio-release/charts/base-1.28.10.tgz`), (crd) => {
      if (crd !== null) crds.push(crd as object);
    });
    for (const crd of crds) await this.plane.kubectl("create", "-f", await this.file(crd));
    for (const name of ["istio-system", "dev701", "integration702"])
      await this.plane.kubectl("create", "namespace", name);
    await this.plane.kubectl("wait", "--for=condition=Established", "--timeout=55s", "crd", "--all");
    const peer = { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication" };
    const plain = {
      ...peer,
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode: "DISABLE" } },
    };
    // What is established is named by the API server a moment later.
    await until("its kind is known", () => this.apply(plain).then(() => true));
    for (const namespace of ["dev701", "integration702"]) {
      await this.apply(
        ...service(namespace, "ct-webapp", at.webapp, [
          { name: "http-web", port: 80, target: 8080 },
          { name: "tcp-raw", port: 7000, target: 7000 },
        ]),
        ...service(namespace, "memcached", at.cache, [
          { name: "tcp-cache", port: 11211, target: 11211 },
          { name: "memcache", port: 11212, target: 11212 },
          { name: "http-status", port: 80, target: 8080 },
        ]),
        ...service(namespace, "doc-memcached", at.cache, [{ name: "tcp-cache", port: 11211, target: 11211 }]),
        ...serviceEntries(external).map((entry) => entryArgs(entry, namespace) as object),
      );
    }
    const { private: key, cert } = await generate([{ name: "commonName", value: "test" }], { keySize: 2048 });
    this.backends = [
      { kind: "http", address: at.webapp, port: 8080 },
      { kind: "greeting", address: at.webapp, port: 7000 },
      { kind: "echo", address: at.cache, port: 11211 },
      { kind: "echo", address: at.cache, port: 11212 },
      { kind: "http", address: at.cache, port: 8080 },
      { kind: "memcached", address: at.cache, port: 11213 },
      { kind: "tls", address: at.webapp, port: 8443, key, cert },
      // It leads nowhere: every connection is closed at once.
      { kind: "relay", address: at.webapp, port: 8098, path: join(this.folder, "nobody.sock") },
      { kind: "greeting", address: at.db, port: 3306 },
      { kind: "greeting", address: at.reader, port: 3306, text: "reader" },
      { kind: "greeting", address: at.stranger, port: 3306, text: "stranger" },
      { kind: "greeting", address: at.mail, port: 587 },
      { kind: "http", address: at.bucket, port: 80 },
      { kind: "tls", address: at.bucket, port: 443, key, cert },
    ];
    await this.istiod.start();
    this.node = await Kubelet.start({
      socket: join(this.plane.plane.folder, "kubelet.sock"),
      kubeconfig: this.plane.kubeconfig,
      folder: this.folder,
      placeOf: ({ metadata, spec }) => {
        // Whatever port is asked for: istiod's own is where the doctor asks it.
        if (metadata?.namespace === "istio-system") return { adminSocket: this.istiod.debug };
        return (
          this.sidecars.find(({ pod }) => pod === metadata?.name)?.place ?? (spec?.hostPID === true ? {} : undefined)
        );
      },
    });
    await this.apply(planeObject());
    await this.hasPlane();
  }

  /** Waits until the pod that stands for istiod is ready, which the program asks the API server for. */
  public async hasPlane(): Promise<void> {
    const where = ["deploy/istiod", "-n", "istio-system"];
    await this.plane.kubectl("wait", "--for=condition=Available", "--timeout=55s", ...where);
  }

  /** The kubelet of the node that the sidecars are on. */
  public get kubelet(): Kubelet {
    if (this.node === undefined) throw new Error("the node is not up");
    return this.node;
  }

  private fileCount = 0;
  private async file(object: object): Promise<string> {
    const { writeFile } = await import("node:fs/promises");
    const path = join(this.folder, `object-${String(this.fileCount++)}.json`);
    await writeFile(path, JSON.stringify(object));
    return path;
  }

  /** ClusterIP of a Service of dev701. */
  public clusterIP(name: string, namespace = "dev701"): Promise<string> {
    return this.plane.kubectl("get", "service", name, "-n", namespace, "-o", "jsonpath={.spec.clusterIP}");
  }

  /** The names of a namespace's Services, as its DNS would have them. */
  private async serviceNames(namespace: string): Promise<Readonly<Record<string, string>>> {
    const lines = '{range .items[*]}{.metadata.name} {.spec.clusterIP}{"\\n"}{end}';
    const found = await this.plane.kubectl("get", "services", "-n", namespace, "-o", `jsonpath=${lines}`);
    return Object.fromEntries(
      found.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ") as [string, string]])),
    );
  }

  /** Starts a sidecar of a pod with labels; it knows the names of the Services that are there by then. */
  public async sidecar(
    labels: SidecarOptions["labels"],
    namespace = "dev701",
    metadata: SidecarOptions["metadata"] = {},
    { inbound, ...images }: Pick<SidecarOptions, "inbound"> & Images = {},
  ): Promise<Sidecar> {
    const { envoy, folder, backends } = this;
    const { xds } = this.istiod;
    const known = { ...names, ...(await this.serviceNames(namespace)) };
    const sidecar = await Sidecar.start({
      ...{ envoy, folder, xds, namespace, labels, metadata, backends },
      names: known,
      ...(inbound === undefined ? {} : { inbound }),
    });
    this.sidecars.push(sidecar);
    await this.apply(podOf(sidecar.pod, namespace, labels, images));
    await this.plane.kubectl("wait", "--for=condition=Ready", "--timeout=55s", `pod/${sidecar.pod}`, "-n", namespace);
    await until("its proxy has its configuration", async () => (await sidecar.admin("ready")).startsWith("LIVE"));
    return sidecar;
  }

  /** Puts faults into dev701, as the program does. */
  public async putIn(...faults: readonly Fault[]): Promise<readonly object[]> {
    const marks: DrillMetadata = {
      namespace: "dev701",
      drill: "test-0000abcd",
      start: new Date().toISOString(),
      end: "none",
    };
    const objects = faultObjects(faults, serviceEntries(external), marks);
    await this.apply(...objects);
    return objects;
  }

  /** Takes every fault out by label. */
  public async takeOut(): Promise<void> {
    const kinds = ["virtualservices", "destinationrules", "serviceentries"].map(
      (kind) => `${kind}.networking.istio.io`,
    );
    await this.plane.kubectl("delete", [...kinds, "services"].join(","), "-n", "dev701", "-l", "jam-istio/fault");
  }

  public async stop(): Promise<void> {
    for (const sidecar of this.sidecars) await sidecar.stop();
    this.node?.stop();
    this.istiod.stop();
    await this.plane.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
