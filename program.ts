import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { MeshContext } from "./components/context";
import { ExternalServices } from "./components/externalServices";
import { InstanceNamespace } from "./components/instanceNamespace";
import { Istio } from "./components/istio";
import { IstioInit } from "./components/istioInit";
import { KialiSecret } from "./components/kialiSecret";
import { KialiServer } from "./components/kialiServer";
import { UpgradeGate } from "./components/upgradeGate";
import { kialiRelease, kialiSecretName } from "./mesh/values";
import type { Settings } from "./settings";

/** Outputs of a stack; the names are public. */
export interface Outputs {
  readonly meshVersion: string;
  readonly namespace: string;
  readonly serviceEntries: readonly string[];
  readonly kiali?: { readonly secretName: string; readonly username?: string };
  /** Secret; classic layout only. */
  readonly kialiPassphrase?: pulumi.Output<string>;
  readonly activeFaults: readonly string[];
}

function addProvider(settings: Settings): kubernetes.Provider {
  const { context, kubeconfig } = settings.kubernetes;
  return new kubernetes.Provider("kubernetes", {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    // The stack is the cluster's identity: renaming a context must not replace everything.
    clusterIdentifier: settings.stack,
    // A new passphrase updates the Secret in place.
    enableSecretMutable: true,
  });
}

/** The control plane, in its order; the last resource, on which the instance's own objects depend, and the passphrase. */
function addControlPlane(context: MeshContext): {
  readonly ready: pulumi.Resource;
  readonly passphrase: pulumi.Output<string> | undefined;
} {
  const { settings } = context;
  const init = new IstioInit("istio-init", context);
  const kiali = settings.kiali.enabled ? new KialiSecret("kiali", { ...context, after: [init.release] }) : undefined;
  const istio = new Istio("istio", {
    ...context,
    after: [init.release, ...(kiali === undefined ? [] : [kiali.secret])],
  });
  const server = kialiRelease(settings);
  if (server !== undefined) new KialiServer("kiali-server", server, { ...context, after: [istio.release] });
  return { ready: istio.release, passphrase: kiali?.passphrase };
}

/**
 * Registers everything a stack has, from its settings; returns its outputs.
 * @param gateHost the provider that the gate runs in
 */
export function deploy(settings: Settings, gateHost: pulumi.ProviderResource): Outputs {
  const gate = new UpgradeGate("upgrade-gate", settings, { provider: gateHost });
  const context: MeshContext = { settings, provider: addProvider(settings), gate, after: [] };
  const controlPlane = settings.istio.controlPlane === "managed" ? addControlPlane(context) : undefined;
  const namespace = new InstanceNamespace("namespace", context);
  const after = [namespace.namespace, ...(controlPlane === undefined ? [] : [controlPlane.ready])];
  const external = new ExternalServices("external", { ...context, after });
  const hasKiali = settings.kiali.enabled && controlPlane !== undefined;
  const login = settings.layout === "classic" ? { username: settings.kiali.username } : {};
  return {
    meshVersion: settings.istio.version,
    namespace: settings.namespace,
    serviceEntries: external.names,
    ...(hasKiali ? { kiali: { secretName: kialiSecretName, ...login } } : {}),
    ...(controlPlane?.passphrase === undefined ? {} : { kialiPassphrase: controlPlane.passphrase }),
    activeFaults: [],
  };
}
