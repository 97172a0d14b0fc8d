import { applyObjects, type LabInfo } from "./planeFile";

/** Service and webhook through which the lab tells simulated pods how to misbehave. */
export const behaviourService = "jam-istio-lab";

function objects(authority: string): readonly object[] {
  const metadata = { name: behaviourService };
  return [
    // Nobody is behind it: the API server's way to any Service leads to the agent.
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, namespace: "kube-system" },
      spec: { ports: [{ port: 443 }] },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata,
      webhooks: [
        {
          name: "pods.jam-istio.lab",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Ignore",
          // The most that there is: without an answer a pod would behave that was asked to misbehave.
          timeoutSeconds: 30,
          clientConfig: {
            service: { name: behaviourService, namespace: "kube-system", path: "/pods" },
            caBundle: Buffer.from(authority).toString("base64"),
          },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
      ],
    },
  ];
}

/** Creates the lab's own objects in a control plane. */
export function labObjects(plane: LabInfo, authority: string): Promise<void> {
  return applyObjects(plane, objects(authority));
}
