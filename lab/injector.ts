import type { V1Pod } from "@kubernetes/client-node";
import * as semver from "semver";
import { proxyContainer } from "../mesh/istio/pods";
import { annotate, type PatchOperation } from "./podBehaviour";

/** The proxy that a control plane injects. */
export interface Proxy {
  readonly image: string;
  /** Whether it is an init container that goes on running, as Istio does from 1.27 on. */
  readonly native: boolean;
}

/** Values of the injector's ConfigMap, as far as they say which image it is. */
interface InjectorValues {
  readonly global?: { readonly hub?: string; readonly proxy?: { readonly image?: string } };
}

/**
 * The proxy of a running control plane: the repository of its injector's ConfigMap with the tag that the control
 * plane itself runs, which in the middle of an upgrade is not the ConfigMap's.
 * @param values `values` of ConfigMap `istio-sidecar-injector`, JSON
 * @param running image of the control plane's ready pod
 */
export function proxyOf(values: string, running: string): Proxy {
  const { global = {} } = JSON.parse(values) as InjectorValues;
  const tag = running.split(":").at(-1) ?? "";
  const image = global.proxy?.image ?? "proxyv2";
  const version = semver.coerce(tag);
  return {
    image: image.includes("/") ? image : `${global.hub ?? "docker.io/istio"}/${image}:${tag}`,
    native: version !== null && semver.gte(version, "1.27.0"),
  };
}

function wantsNoProxy({ metadata, spec }: V1Pod): boolean {
  const key = "sidecar.istio.io/inject";
  return spec?.hostNetwork === true || (metadata?.labels?.[key] ?? metadata?.annotations?.[key]) === "false";
}

/** The patch with which a pod gets its proxy; empty where it wants none or has one of its own. */
export function injectProxy(pod: V1Pod, proxy: Proxy, revision = "default"): readonly PatchOperation[] {
  if (wantsNoProxy(pod)) return [];
  const status = annotate(
    pod,
    "sidecar.istio.io/status",
    JSON.stringify({ containers: ["istio-proxy"], revision, lab: true }),
  );
  const own = proxyContainer(pod);
  if (own !== undefined) {
    // A gateway brings the container and leaves the image to the injector.
    const at = pod.spec?.containers.indexOf(own) ?? -1;
    const path = `/spec/containers/${String(at)}/image`;
    return own.image === "auto" ? [status, { op: "replace", path, value: proxy.image }] : [];
  }
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const image = pod.metadata?.annotations?.["sidecar.istio.io/proxyImage"] ?? proxy.image;
  const setUp = { name: "istio-init", image, args: ["istio-iptables"] };
  const sidecar = { name: "istio-proxy", image, args: ["proxy", "sidecar"] };
  const native = { ...sidecar, restartPolicy: "Always" };
  return [
    status,
    {
      op: "add",
      path: "/spec/initContainers",
      value: [setUp, ...(proxy.native ? [native] : []), ...initContainers],
    },
    { op: "add", path: "/spec/containers", value: [...containers, ...(proxy.native ? [] : [sidecar])] },
  ];
}
