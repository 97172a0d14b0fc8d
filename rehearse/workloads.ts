/** A workload that a rehearsal brings, in the place of an instance's own. */
export interface Sample {
  readonly kind: "Deployment" | "StatefulSet";
  readonly name: string;
  readonly replicas: number;
}

/** The sample workloads: of both kinds, and one with a single replica, which no restart leaves up. */
export const samples: readonly Sample[] = [
  { kind: "Deployment", name: "ct-webapp", replicas: 3 },
  { kind: "Deployment", name: "ps", replicas: 2 },
  { kind: "StatefulSet", name: "single", replicas: 1 },
  { kind: "StatefulSet", name: "memcached", replicas: 2 },
  { kind: "StatefulSet", name: "doc-memcached", replicas: 2 },
];

/** The Kubernetes objects of the samples. */
export function sampleObjects(namespace: string): readonly object[] {
  return samples.flatMap(({ kind, name, replicas }) => {
    const labels = { app: name };
    const metadata = { name, namespace, labels };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: "app", image: "example.com/sample:1", ports: [{ containerPort: 8080 }] }] },
    };
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ port: 8080 }] },
    };
    const more = kind === "StatefulSet" ? { serviceName: name } : {};
    return [
      service,
      {
        apiVersion: "apps/v1",
        kind,
        metadata,
        spec: { replicas, selector: { matchLabels: labels }, template, ...more },
      },
    ];
  });
}
