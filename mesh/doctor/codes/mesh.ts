import type { CodeTable } from "./row";

/** What is wrong with the mesh's own parts. */
export const meshCodes = {
  "config-rejected": {
    severity: "error",
    problem: "D-13",
    title: "A proxy refuses its configuration",
    explain:
      "A proxy that refuses what istiod sends keeps what it had: changes do not arrive, and a new pod may never get ready. The message " +
      "is Envoy's own. The cause is most often an EnvoyFilter, or a proxy of another version than its control plane.",
  },
  "push-conflict": {
    severity: "warning",
    problem: "D-13",
    title: "istiod found a conflict in the mesh's configuration",
    explain:
      "istiod counts conflicts when it makes configuration (/debug/push_status and the metrics pilot_conflict_*). It reports none of " +
      "them anywhere else. The finding is istiod's own word for it; of two objects one is ignored.",
  },
  "webhook-unserved": {
    severity: "error",
    problem: "D-14",
    title: "A webhook that must answer has nobody behind it",
    explain:
      "With failurePolicy Fail the API server refuses every object that the webhook is asked about: no pod starts in a namespace with " +
      "injection, or no Istio object can be changed.",
  },
  "webhook-authority": {
    severity: "error",
    problem: "D-14",
    title: "A webhook has no certificate authority, or another one than its neighbours",
    explain:
      'The API server trusts the authority in caBundle alone. Empty or foreign, each call fails with "x509: certificate signed by ' +
      'unknown authority". istiod writes it when it starts; a restart of istiod writes it again.',
  },
  "webhook-left": {
    severity: "error",
    problem: "D-14",
    analyze: ["IST0139"],
    title: "A webhook is left of a control plane that is gone",
    explain:
      "Its Service is not there any more. With failurePolicy Fail it refuses every object that it is asked about; else it slows each of " +
      "them down.",
  },
  "no-sidecar": {
    severity: "warning",
    problem: "D-15",
    analyze: ["IST0103"],
    title: "Pods of a namespace with injection have no sidecar",
    explain:
      "They were made before the namespace had its label, or while the injector did not answer. Nothing of the mesh counts for them: " +
      "no route, no fault, no mTLS. A restart gives them one.",
  },
  "labels-contradict": {
    severity: "warning",
    problem: "D-15",
    analyze: ["IST0123"],
    title: "A namespace has two labels for injection",
    explain: "With istio-injection on a namespace, whatever its value, istio.io/rev counts for nothing.",
  },
  "proxy-behind": {
    severity: "warning",
    problem: "D-16",
    analyze: ["IST0158"],
    title: "A sidecar is older than its control plane",
    explain:
      "Istio supports proxies that are one minor behind. Older ones may refuse what the control plane sends. A restart of the workload " +
      "gives it the control plane's version.",
  },
  "proxy-ahead": {
    severity: "warning",
    problem: "D-16",
    analyze: ["IST0158"],
    title: "A sidecar is newer than its control plane",
    explain:
      "Istio does not support proxies that are ahead of their control plane: it was rolled back, and they were not.",
  },
  "proxy-orphaned": {
    severity: "error",
    problem: "D-16",
    title: "No control plane serves the revision of a sidecar",
    explain:
      "The sidecar keeps what it last got, and its certificate ends within a day: then all mTLS with it fails. A restart moves it to the " +
      "control plane that its namespace asks for now.",
  },
  "control-plane-down": {
    severity: "error",
    problem: "D-17",
    title: "A control plane has no pod that is ready",
    explain:
      "Proxies keep what they have; nothing changes any more, new pods get no configuration, certificates are not renewed.",
  },
  "control-plane-missing": {
    severity: "error",
    problem: "D-17",
    title: "There is no control plane, and pods need one",
    explain:
      "Pods have sidecars, or their namespace asks for them, and nothing in istio-system serves them: sidecars keep what they have, and " +
      "new pods get none.",
  },
  "control-plane-twice": {
    severity: "error",
    problem: "D-17",
    title: "Two control planes have one revision",
    explain: "Proxies connect to one of them by chance, and both write the same webhooks.",
  },
  "tag-to-nothing": {
    severity: "error",
    problem: "D-17",
    title: "A revision tag leads to a control plane that is not there",
    explain: "Namespaces with this tag get no sidecars, or cannot start pods at all.",
  },
  "release-unfinished": {
    severity: "error",
    problem: "D-18",
    title: "A Helm release of the mesh failed, or its change never ended",
    explain:
      "Helm refuses the next change of a release that is pending. What runs may be half of the old version and half of the new one.",
  },
  "release-differs": {
    severity: "warning",
    problem: "D-18",
    title: "Another version runs than Helm has installed",
    explain: "Somebody changed the Deployment by hand. The next Helm upgrade changes it back.",
  },
  "registry-closes": {
    severity: "warning",
    problem: "D-19",
    title: "An image or a chart comes from a host that is switched off",
    explain:
      "registry.istio.io, gcr.io/istio-release and the chart repository istio-release.storage.googleapis.com are switched off in " +
      "December 2026. What runs goes on; a pod that has to fetch its image then does not start.",
  },
  "end-of-life": {
    severity: "warning",
    problem: "D-20",
    title: "The control plane's version is past its end of life",
    explain: "It gets no more fixes, of security neither. Acknowledge it with istio.allow: [end-of-life], or upgrade.",
  },
  "kubernetes-unfit": {
    severity: "warning",
    problem: "D-20",
    title: "Kubernetes is outside the range of this Istio",
    explain:
      "Istio tests each minor on a few Kubernetes minors. Acknowledge it with istio.allow: [untested-kubernetes].",
  },
  "bad-version": {
    severity: "warning",
    problem: "D-20",
    title: "The control plane's patch is known to be bad",
    explain: "A later patch of the same minor undoes what is named. Patches are safe to take.",
  },
  "gateway-api-unfit": {
    severity: "warning",
    problem: "D-29",
    analyze: ["IST0176"],
    title: "The Gateway API's CRDs do not fit the control plane",
    explain:
      "istiod ignores kinds whose CRDs are older than what it watches, and those that newer CRDs do not serve in the version that it asks " +
      "for. It says so in its log alone; routes of these kinds do nothing.",
  },
  "certificate-ends": {
    severity: "error",
    problem: "D-34",
    title: "The mesh's certificate authority ends soon, or has ended",
    explain: "With it every certificate of the mesh ends: all mTLS fails at once, and webhooks with it.",
  },
  "cacerts-incomplete": {
    severity: "error",
    problem: "D-34",
    title: "Secret cacerts lacks a part",
    explain:
      "istiod takes its authority from this Secret. From 1.27 on it does not start where a part is missing; before, it ignored it.",
  },
} as const satisfies CodeTable;
