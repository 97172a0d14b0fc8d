import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { objectName, type ServiceEntry, type VirtualService } from "../../objects";
import { hiddenIn } from "../../sidecars";
import { isForSidecars } from "../../whoWins";

/** Whether nobody but the callers of its own namespace can have a use for an object. */
const isPrivate = ({ metadata, spec: { exportTo = [] } }: VirtualService | ServiceEntry) =>
  exportTo.length > 0 && exportTo.every((one) => one === "." || one === metadata.namespace);

/**
 * Judges what Sidecars hide: routes and entries of an instance that are for its own pods alone, and that none of them gets. What others
 * may use is left; what a route leads to is let in with it.
 * @see https://github.com/istio/istio pilot/pkg/model/sidecar.go, collectImportedServices
 */
export function checkSidecars(evidence: Evidence): readonly Hit[] {
  return evidence.instances.flatMap((instance) => {
    const { sidecars, virtualServices, serviceEntries } = hiddenIn(instance, evidence);
    const routes = virtualServices.filter(isForSidecars);
    const hidden = [...routes, ...serviceEntries].filter(
      (one) => one.metadata.namespace === instance && isPrivate(one) && (one.spec.hosts ?? []).length > 0,
    );
    return hidden.map((one) => ({
      code: "hidden-by-sidecar" as const,
      object: objectName(one),
      evidence: `${sidecars.map(objectName).join(", ")}; its hosts: ${(one.spec.hosts ?? []).join(", ")}`,
      sentence: `no pod of namespace ${instance} gets it: ${sidecars.map(objectName).join(" and ")} lets its hosts not in`,
      remedy: `add "./${one.spec.hosts?.[0] ?? ""}" to spec.egress[].hosts of ${sidecars[0] === undefined ? "the Sidecar" : objectName(sidecars[0])}`,
    }));
  });
}
