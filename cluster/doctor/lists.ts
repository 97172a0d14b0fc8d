import type { IstioObject } from "../../mesh/doctor/objects";
import { systemNamespace } from "../../mesh/istio/names";
import { isDenied, isNotFound, reasonOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { listPages } from "../client/pages";

/** An object of Istio's, of whatever kind. */
type Item = IstioObject<object>;

/** Objects of a kind, and whether these are all of the cluster's. */
interface Seen<T> {
  readonly items: readonly T[];
  readonly whole: boolean;
}

/** Reads lists of a cluster, and keeps what may not be read. */
export class Lists {
  /** What may not be read, and why, a line each. */
  public readonly unseen: string[] = [];

  public constructor(
    private readonly cluster: Pick<Cluster, "send">,
    /** Where objects are read one namespace after another, if not everywhere. */
    private readonly instances: readonly string[],
  ) {}

  /**
   * Reads something for which there may be no right, or which may not be installed.
   * @param what for a person
   * @param otherwise what counts then
   */
  public async optional<T>(what: string, read: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read;
    } catch (error) {
      if (isNotFound(error)) return otherwise;
      if (!isDenied(error)) throw error;
      this.unseen.push(`${what}: ${reasonOf(error)}`);
      return otherwise;
    }
  }

  /** The objects of one place. */
  public list<T>(what: string, path: string): Promise<readonly T[]> {
    return this.optional(what, listPages<T>(this.cluster, path), []);
  }

  /**
   * The objects of a kind in the whole cluster; where that may not be seen, of the instances and istio-system.
   * @param group `/api/v1`, `/apis/<group>/<version>`
   */
  public async everywhere<T>(group: string, plural: string): Promise<Seen<T>> {
    try {
      return { items: await listPages<T>(this.cluster, `${group}/${plural}`), whole: true };
    } catch (error) {
      if (isNotFound(error)) return { items: [], whole: true };
      if (!isDenied(error)) throw error;
      const names = [...new Set([...this.instances, systemNamespace])];
      this.unseen.push(`${plural} of other namespaces than ${names.join(", ")}: ${reasonOf(error)}`);
      const lists = names.map((name) => this.list<T>(`${plural} of ${name}`, `${group}/namespaces/${name}/${plural}`));
      return { items: (await Promise.all(lists)).flat(), whole: false };
    }
  }

  /** The same for a kind of Istio's; each object with its kind, and a spec. */
  public async istio<T extends Item>(kind: T["kind"], group: string, plural: string): Promise<readonly T[]> {
    const { items } = await this.everywhere<T>(group, plural);
    return items.map((one) => ({ ...one, kind, spec: (one.spec as object | undefined) ?? {} }));
  }
}
