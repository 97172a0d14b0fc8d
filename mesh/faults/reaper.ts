import { officialHub } from "../istio/releases";
import type { MeshPlan } from "../meshPlan";
import { drillOf } from "./drill";
import type { DrillMetadata } from "./faultObjects";
import { faultAnnotations, faultLabel, isActing, suffixOf, type FaultObject } from "./faultObjects";

/**
 * Waits until the faults' end and deletes them through the API. What the proxy's image has is enough, and it is on the nodes.
 * An object that is gone already is fine; where the API server says anything else of one, the Job tries again after the others.
 */
export const reaperScript = [
  "set -eu",
  ': "${API:=https://kubernetes.default.svc}" "${ACCOUNT:=/var/run/secrets/kubernetes.io/serviceaccount}"',
  'while [ "$(date +%s)" -lt "$END" ]; do sleep 2; done',
  "left=0",
  "for name in $NAMES; do",
  '  url="$API/apis/networking.istio.io/v1alpha3/namespaces/$NAMESPACE/virtualservices/$name"',
  // Not on the command line, where others on the node could read it.
  '  printf \'header = "Authorization: Bearer %s"\\n\' "$(cat "$ACCOUNT/token")" |',
  '    curl --config - --silent --show-error --max-time 30 --cacert "$ACCOUNT/ca.crt" --request DELETE \\',
  '      --output /dev/null --write-out "%{http_code}" "$url" > /tmp/code || true',
  '  echo "$name: HTTP $(cat /tmp/code)"',
  '  case "$(cat /tmp/code)" in 200 | 202 | 404) ;; *) left=1 ;; esac',
  "done",
  "exit $left",
].join("\n");

/** Image of the mesh's own proxy. */
function imageOf({ settings, targetVersion }: MeshPlan): string {
  return `${settings.istio.hub ?? officialHub}/proxyv2:${targetVersion}`;
}

function job(plan: MeshPlan, name: string, names: readonly string[], end: string) {
  const env = {
    END: String(Math.ceil(Date.parse(end) / 1000)),
    NAMES: names.join(" "),
    NAMESPACE: plan.settings.namespace,
  };
  const off = { "sidecar.istio.io/inject": "false" };
  return {
    backoffLimit: 20,
    template: {
      metadata: { labels: off, annotations: off },
      spec: {
        serviceAccountName: name,
        restartPolicy: "OnFailure",
        securityContext: { runAsNonRoot: true, runAsUser: 1337, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "fault-reaper",
            image: imageOf(plan),
            command: ["/bin/sh", "-c", reaperScript],
            env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { memory: "64Mi" } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    },
  };
}

/**
 * The Job that ends the faults on time, and its right to do just that: RBAC knows names, so it names each VirtualService.
 * Nothing without `reaper: true`, or without an end.
 * @param faults the objects of the faults
 */
export function reaperObjects(
  plan: MeshPlan,
  faults: readonly FaultObject[],
  { start }: Pick<DrillMetadata, "start">,
): readonly FaultObject[] {
  const { namespace, faultInjection } = plan.settings;
  const { expires, reaper } = faultInjection;
  const names = faults.filter(isActing).map(({ metadata }) => metadata.name);
  if (!reaper || expires === undefined || names.length === 0) return [];
  const drill = drillOf(plan);
  const annotations = {
    [faultAnnotations.drill]: drill,
    [faultAnnotations.start]: start,
    [faultAnnotations.end]: expires,
  };
  const name = `fault-reaper-${suffixOf(drill)}`;
  const metadata = { name, namespace, labels: { [faultLabel]: "active" }, annotations };
  const rbac = "rbac.authorization.k8s.io/v1";
  const rules = [
    { apiGroups: ["networking.istio.io"], resources: ["virtualservices"], resourceNames: names, verbs: ["delete"] },
  ];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: rbac, kind: "Role", metadata, rules },
    {
      apiVersion: rbac,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: metadata,
      spec: job(plan, name, names, expires),
    },
  ];
}
