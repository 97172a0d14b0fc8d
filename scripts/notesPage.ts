import { kindNames } from "../mesh/upgradeNotes/kinds";
import { lifecycle, lifecycleRead } from "../mesh/upgradeNotes/lifecycle";
import { isReadable, proofOf, type Note, type Proof } from "../mesh/upgradeNotes/note";
import { endOfLife } from "../mesh/upgradeNotes/path";
import { oldestProfiles, removedValues, removedVariables, settingsRead } from "../mesh/upgradeNotes/removedSettings";
import { allNotes, notesRead } from "../mesh/upgradeNotes/rows";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const table = (head: readonly string[], rows: readonly (readonly string[])[]) => [
  `| ${head.join(" | ")} |`,
  `|${head.map(() => "---").join("|")}|`,
  ...rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
  "",
];

const verdictOf = (row: Note) => (isReadable(row) ? row.verdict : "not seen in a cluster");
const looked = (row: Note) => (isReadable(row) ? row.evidence : row.elsewhere);
const remedyOf = ({ remedy, keeps }: Note) =>
  keeps === undefined ? remedy : `${remedy}. \`pilot.env.${keeps[0]}: ${keeps[1]}\` keeps it as it was`;

const proofs: Readonly<Record<Proof, string>> = {
  source: "source read",
  server: "API server",
  istiod: "real istiod",
};

/** A note belongs to the minor of its id. */
const minorOfNote = ({ id }: Note) => `1.${id.split("-")[0] ?? ""}`;

function minorPart(minor: string): readonly string[] {
  const rows = allNotes.filter((row) => minorOfNote(row) === minor);
  const lines = rows.map((row) => [
    row.id,
    verdictOf(row),
    `[${row.title}](${row.source})`,
    looked(row),
    remedyOf(row),
    proofs[proofOf(row)],
    row.range,
  ]);
  const head = ["note", "verdict", "what changes, with its source", "what is looked at", "to do", "proof", "versions"];
  return [`## ${minor}`, "", ...table(head, lines)];
}

const introduction = `# Upgrade notes that run

Istio's breaking changes as checks on the objects of your cluster, before the version moves. Written from \`mesh/upgradeNotes\` by
\`npm run docs\`; do not edit.

- In \`preview\` and \`up\`, when a stack's version changes: what is found is named with the object, what to do and the source.
  \`refuse\` stops the run until the object is mended, or the note is acknowledged by its id in \`istio.allow\`
  (\`["upgrade:24-05"]\`). An acknowledgement of something that is not found is named, so that it hides nothing later.
- \`jam-istio precheck dev701 --to 1.30.3\`, or \`jam-istio precheck --context staging --to 1.30.3\` for any cluster with Istio in the
  modern layout, also one that this program does not manage. By step, with every object; \`--markdown\`, \`--json\`; \`--path\`
  prints each step to the newest version in short. Exit codes: 0 nothing to do, 3 warnings, or something that may not be read, 1
  refusals, or failed.

A note is told once, at the step into its versions. With \`keeps it as it was\` the switch ends the finding, set in the istiod that
runs or, for a stack, in the values of the new release.

## What it does not do

- It reads objects, not traffic. What stands in application code, dashboards outside the cluster and scripts is not seen: such
  notes are listed as "not seen in a cluster".
- The column "proof" says how a note was shown to be true, with the strongest proof. \`source read\`: Istio's own text or code was
  read. \`API server\`: besides, its evidence was found among objects of a real API server, and objects that are near were left;
  that Istio behaves so is still its source's word. \`real istiod\`: besides, two real istiods were given the note's objects, and what
  they sent to a proxy, wrote or refused differed as the note says, and did not for objects that are near. The one before is built
  from Istio's source of the day on which 1.21 began its branch, for notes of 1.31 from that of 1.30; the one after from that of 1.31.
  So the change lies between the two; that it came with the note's own minor is its source's word.
- Helm values are read from Helm's records. Of a mesh that istioctl installed there are none: these notes are then named as not
  judged.
- Who answers for a host that exists twice (24-06, 30-03) is computed for each namespace without regard to
  \`meshConfig.default…ExportTo\`, and to hosts that a Sidecar imports one by one.
- The trust domain of the cluster is taken for \`cluster.local\`, the root namespace for istio-system.
- Nothing of 1.32 is in here.

## Rights

\`precheck\` and the gate list these kinds, of which each step needs a part, and read the names of the keys of Secret \`cacerts\`. What
may not be read is named with the notes that need it, never taken as clean. Beyond the kinds of Kubernetes: the CRDs of
networking, security, telemetry and extensions.istio.io, and of gateway.networking.k8s.io.

\`\`\`yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: jam-istio-precheck }
rules:
  - apiGroups: ["", networking.k8s.io, policy, autoscaling, rbac.authorization.k8s.io, admissionregistration.k8s.io, apiextensions.k8s.io]
    resources: [pods, services, namespaces, nodes, networkpolicies, poddisruptionbudgets, horizontalpodautoscalers, clusterrolebindings, rolebindings, mutatingwebhookconfigurations, customresourcedefinitions]
    verbs: [list]
  - apiGroups: [networking.istio.io, security.istio.io, telemetry.istio.io, extensions.istio.io, gateway.networking.k8s.io, inference.networking.x-k8s.io, monitoring.coreos.com]
    resources: ["*"]
    verbs: [list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: jam-istio-precheck, namespace: istio-system }
rules:
  - apiGroups: ["", apps]
    resources: [configmaps, serviceaccounts, deployments, secrets]
    verbs: [list]
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [cacerts]
    verbs: [get]
\`\`\`

Kinds: ${Object.values(kindNames).join(", ")}.
`;

function dataParts(): readonly string[] {
  const releases = Object.entries(lifecycle).map(([minor, { newest, released = "" }]) => {
    const ends = endOfLife(minor);
    return [minor, released, newest, ends === undefined ? "" : `${ends.date}${ends.isAnnounced ? "" : " (computed)"}`];
  });
  const bad = allNotes.filter((row) => /<=|~/.test(row.range) && !row.range.startsWith(">=1.28.6"));
  return [
    "## Releases",
    "",
    `Read ${lifecycleRead}. Support of a minor ends six weeks after the second next one comes out.`,
    "",
    ...table(["minor", "released", "newest patch known", "support ends"], releases),
    "## Versions that are known to be bad",
    "",
    ...table(
      ["note", "versions", "why", "use"],
      bad.map((row) => [row.id, row.range, row.title, row.remedy]),
    ),
    "## Settings without effect",
    "",
    `Read ${settingsRead} from the registrations in Istio's code. Set in istiod's environment, \`proxyMetadata\`, a ProxyConfig or the`,
    "annotation `proxy.istio.io/config`.",
    "",
    ...table(
      ["gone in", "variables"],
      Object.entries(removedVariables).map(([minor, names]) => [minor, names.join(", ") || "none"]),
    ),
    `Helm values without effect from 1.24 on: ${removedValues.join(", ")}.`,
    "",
    "## Compatibility profiles",
    "",
    ...table(
      ["charts of", "oldest profile"],
      Object.entries(oldestProfiles).map(([minor, profile]) => [minor, profile]),
    ),
  ];
}

/** The page of upgrade notes. */
export function notesPage(): string {
  const minors = [...new Set(allNotes.map(minorOfNote))];
  const unseen = allNotes.filter((row) => !isReadable(row)).length;
  const count = `${String(allNotes.length)} notes, last read ${notesRead}; ${String(unseen)} of them are about what no cluster shows.`;
  return [introduction, count, "", ...minors.flatMap(minorPart), ...dataParts()].join("\n").trimEnd() + "\n";
}
