import type { DrillMetadata } from "./faultObjects";
import { faultAnnotations, faultLabel, suffixOf, type FaultObject } from "./faultObjects";

/**
 * Waits until the faults' end and deletes them through the API. A shell and curl are all that it needs, which the mesh's own
 * images have, except for the distroless ones. Before it waits it tries, by dry runs, whether it may: only then its pod is
 * ready. An object that is gone already is fine; where the API server says anything else of one, the Job tries again after
 * the others.
 */
export const reaperScript = [
  "set -eu",
  ': "${API:=https://kubernetes.default.svc}" "${ACCOUNT:=/var/run/secrets/kubernetes.io/serviceaccount}" "${READY:=/tmp/ready}"',
  // Prints the HTTP status; 000 where there is no answer.
  "remove() {",
  '  url="$API/apis/networking.istio.io/v1alpha3/namespaces/$NAMESPACE/virtualservices/$1"',
  // Not on the command line, where others on the node could read it.
  '  printf \'header = "Authorization: Bearer %s"\\n\' "$(cat "$ACCOUNT/token")" |',
  '    curl --config - --silent --show-error --max-time 30 --cacert "$ACCOUNT/ca.crt" --request DELETE \\',
  '      --output /dev/null --write-out "%{http_code}" "$url$2" || true',
  "}",
  "may() {",
  "  for name in $NAMES; do",
  '    code="$(remove "$name" "?dryRun=All")"',
  '    case "$code" in "" | 000 | 401 | 403) echo "$name cannot be deleted: HTTP $code"; return 1 ;; esac',
  "  done",
  "}",
  'late() { [ "$(date +%s)" -ge "$END" ]; }',
  "until late || may; do sleep 2; done",
  // Where their time is over already it gets never ready: no fault may go in any more.
  'late || : > "$READY"',
  "until late; do sleep 2; done",
  "left=0",
  "for name in $NAMES; do",
  '  code="$(remove "$name" "")"',
  '  echo "$name: HTTP $code"',
  '  case "$code" in 200 | 202 | 404) ;; *) left=1 ;; esac',
  "done",
  "exit $left",
].join("\n");

function job({ namespace, end }: DrillMetadata, name: string, names: readonly string[], image: string) {
  const env = { END: String(Math.ceil(Date.parse(end) / 1000)), NAMES: names.join(" "), NAMESPACE: namespace };
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
            name: reaperContainer,
            image,
            command: ["/bin/sh", "-c", reaperScript],
            env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            readinessProbe: { exec: { command: ["/bin/sh", "-c", "test -e /tmp/ready"] }, periodSeconds: 1 },
            resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { memory: "64Mi" } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    },
  };
}

/** Name of the container of a reaper's pod. */
export const reaperContainer = "fault-reaper";

/** Name of a drill's reaper: of its Job, and of what gives that its rights. */
export const reaperName = (drill: string) => `fault-reaper-${suffixOf(drill)}`;

/**
 * A drill's reaper: the Job that ends its faults at the drill's end, and its right to do just that. RBAC knows names, so the
 * Role names each VirtualService.
 * @param names the VirtualServices; without any there is no reaper
 * @param image what the Job runs until a live pod of the mesh shows what nodes can pull
 */
export function reaperObjects(marks: DrillMetadata, names: readonly string[], image: string): readonly FaultObject[] {
  if (names.length === 0) return [];
  const { namespace, drill, start, end } = marks;
  const annotations = {
    [faultAnnotations.drill]: drill,
    [faultAnnotations.start]: start,
    [faultAnnotations.end]: end,
  };
  const name = reaperName(drill);
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
    { apiVersion: "batch/v1", kind: "Job", metadata, spec: job(marks, name, names, image) },
  ];
}
