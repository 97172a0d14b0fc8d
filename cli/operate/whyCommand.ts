import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { investigate, type Investigation } from "../../cluster/why/investigate";
import { httpAnswer, outcomeText, saidText, type Conversation } from "../../mesh/why/answer";
import { conclude } from "../../mesh/why/conclude";
import type { Conclusion, Evidence } from "../../mesh/why/evidence";
import { readRequest, requestText, type Request } from "../../mesh/why/request";
import { messageOf } from "../../tools/errors";
import { outWidth, tableText, wrap } from "../../tools/table";
import { clusterError } from "../terminal/clusterError";
import { errorColors, outColors } from "../terminal/colors";
import { UserError } from "../terminal/userError";
import { onPod } from "./findPod";
import { readTarget, type TargetOptions } from "./target";

/** Exit codes of `why` beside 0: it cannot be told; something is in the way. */
const [untoldCode, blockedCode] = [1, 3];

interface Options extends TargetOptions {
  readonly json?: boolean;
}

function sideOf(side: Conversation | undefined): readonly string[] {
  if (side === undefined) return ["-", "-", "-"];
  const answer = httpAnswer(side.said);
  return [outcomeText(side), saidText(answer?.body ?? side.said), answer?.headers["server"] ?? "-"];
}

function table({ evidence, through, past }: Investigation): string {
  const [one, other] = [sideOf(evidence.through), sideOf(evidence.past)];
  const rows = ["result", "it says", "server"].map((what, at) => [what, one[at] ?? "", other[at] ?? ""]);
  return tableText(
    ["what", "through the sidecar", "past the sidecar"],
    [["asked from", through, past], ["asked at", requestText(evidence.request), evidence.pastAddress], ...rows],
  );
}

/** The way that Envoy's configuration has for it, in a line or two. */
function pathLines({ path, counted, flags }: Evidence): readonly string[] {
  const { listener, as, domain, route, clusters, endpoints } = path;
  const healthy = endpoints.filter(({ health }) => health === "healthy").length;
  const steps = [
    `listener ${listener ?? "none"} takes it as ${as}`,
    ...(as === "HTTP"
      ? [
          route === undefined
            ? `no route${domain === undefined ? "" : ` of ${domain}`}`
            : `route ${route.match} of ${domain ?? ""}`,
        ]
      : []),
    ...(route?.object === undefined || route.object === "" ? [] : [route.object]),
    clusters.length === 0 ? "no cluster" : `cluster ${clusters.join(", ")}`,
    `${String(healthy)} of ${String(endpoints.length)} addresses healthy`,
  ];
  return [
    `Envoy: ${steps.join("; ")}`,
    ...counted.map(
      (one) =>
        `Envoy counted at ${one.address}: ${String(one.connections)} connections, ${String(one.connectionsFailed)} failed; ` +
        `${String(one.requests)} requests, ${String(one.requestsFailed)} failed`,
    ),
    ...(flags.length === 0 ? [] : [`Istio's metrics counted response flags ${flags.join(", ")}`]),
  ];
}

/** A sentence between whose words the lines of a terminal break; elsewhere it is one line. */
function fitted(text: string): string {
  const width = outWidth();
  return width === undefined ? text : wrap(text, width);
}

function conclusionText({ verdict, flag, sentence, remedy }: Conclusion): string {
  const colour = verdict === "well" ? outColors.green : verdict === "unknown" ? outColors.yellow : outColors.red;
  const flagged = flag === undefined ? "" : ` (${flag})`;
  // A remedy may be a command, to be copied.
  return [colour(fitted(`${verdict}${flagged}: ${sentence}`)), ...(remedy === undefined ? [] : [`do: ${remedy}`])].join(
    "\n",
  );
}

function whyText(pod: string, found: Investigation, conclusion: Conclusion): string {
  const notes = [
    ...(found.uncaptured ? ["the application runs as user or group 1337: Istio's rules let it past the sidecar"] : []),
    ...found.unread.map((what) => `not permitted to read ${what}`),
    ...(found.left.length === 0
      ? []
      : [`${found.left.join(", ")}: an ephemeral container, ends after 5 min and stays listed until the pod is gone`]),
  ];
  return [
    `pod ${pod} asks ${requestText(found.evidence.request)}`,
    table(found),
    ...pathLines(found.evidence).map(fitted),
    ...notes.map((line) => outColors.yellow(fitted(`note: ${line}`))),
    conclusionText(conclusion),
  ].join("\n");
}

function requestOf(text: string): Request {
  try {
    return readRequest(text);
  } catch (error) {
    throw new UserError(messageOf(error), { cause: error });
  }
}

/** Finds out why a request of a pod's application goes as it does. */
export async function why(name: string, asked: string, { json, ...where }: Options): Promise<void> {
  const request = requestOf(asked);
  const { address, namespace } = readTarget(where);
  const say = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`${errorColors.dim(`${line} …`)}\n`);
  };
  const find = async (cluster: Cluster) => {
    const found = await onPod(cluster, namespace, name, (pod) => investigate(cluster, pod, request, say));
    const conclusion = conclude(found.evidence);
    const data = { pod: name, namespace, ...found, conclusion };
    process.stdout.write(
      `${json === true ? JSON.stringify(data, undefined, 2) : whyText(`${namespace}/${name}`, found, conclusion)}\n`,
    );
    if (conclusion.verdict !== "well") process.exitCode = conclusion.verdict === "unknown" ? untoldCode : blockedCode;
  };
  await connect(address)
    .then(find)
    .catch((error: unknown) => {
      throw clusterError("the request cannot be looked into", error);
    });
}
