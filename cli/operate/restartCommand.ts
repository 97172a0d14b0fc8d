import { connect } from "../../cluster/client/kubernetesClient";
import { readNamespace } from "../../cluster/rollout/readNamespace";
import { restartWorkloads } from "../../cluster/rollout/restartWorkloads";
import { restartOnDemand, type RestartPlan } from "../../mesh/rollout/onDemand";
import { listText } from "../../mesh/rollout/plan";
import { ask, canAsk } from "../terminal/ask";
import { clusterError } from "../terminal/clusterError";
import { outColors } from "../terminal/colors";
import { say } from "../terminal/say";
import { asUserError, UserError } from "../terminal/userError";
import { readTarget, type Target, type TargetOptions } from "./target";

/** What a rollout does where no settings say it: the defaults of jam-istio:rollout. */
const rolloutDefaults = { parallel: 5, timeoutSeconds: 600 };

/** Exit code where it was ended before its end. */
const stoppedCode = 1;

interface Options extends TargetOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws UserError where nothing is to be restarted, or production would be without a ready pod */
function check(
  { restarts, left, known }: RestartPlan,
  { namespace, settings }: Target,
  workload: string | undefined,
): void {
  if (restarts.length === 0) {
    if (left.length > 0) throw new UserError(`nothing can be restarted: ${left.join("; ")}`);
    throw new UserError(
      workload === undefined
        ? `no workload of namespace ${namespace} has a pod with a proxy`
        : `there is no workload ${workload} in namespace ${namespace}. There are: ${listText(known) || "none"}`,
    );
  }
  const down = restarts.filter((one) => one.downtime !== undefined);
  if (settings?.production !== true || settings.istio.allow.includes("downtime") || down.length === 0) return;
  throw new UserError(
    `production: true refuses what may be without a ready pod: ${down
      .map(({ name, downtime = "" }) => `${name}: ${downtime}`)
      .join("; ")}. Give it two replicas and a rolling update, or acknowledge with istio.allow: [downtime]`,
  );
}

function planLines({ restarts, left }: RestartPlan): readonly string[] {
  return [
    ...restarts.map(({ name, downtime, belowBudget }) => {
      const note = downtime === undefined ? belowBudget : `may be down for a moment: ${downtime}`;
      return note === undefined ? name : `${name} ${outColors.yellow(`(${note})`)}`;
    }),
    ...left.map((line) => `not restarted: ${line}`),
  ];
}

/**
 * Ctrl-C: no further workload is begun. Once more, or told by another program: this command ends at once. Kubernetes itself brings
 * what is begun to its end.
 */
function stopping(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (signal === "SIGINT" && !stop.signal.aborted) {
        say("stopping: no other workload is begun; waiting for those that are. Ctrl-C once more does not wait");
        stop.abort();
        return;
      }
      say("not waited for any more: Kubernetes goes on with what is begun, and nothing else is restarted");
      process.exit(stoppedCode);
    });
  return stop.signal;
}

/** Restarts a namespace's workloads, or one, as an upgrade does: a bounded number at a time, each until it is healthy. */
export async function restart(
  workload: string | undefined,
  { yes = false, json = false, ...where }: Options,
): Promise<void> {
  const target = readTarget(where);
  const { namespace, settings } = target;
  const { parallel, timeoutSeconds } = settings?.rollout ?? rolloutDefaults;
  const cluster = await connect(target.address).catch((error: unknown) => {
    throw clusterError("the cluster cannot be read", error);
  });
  const objects = await readNamespace(cluster, namespace).catch((error: unknown) => {
    throw clusterError("the workloads cannot be read", error);
  });
  const plan = restartOnDemand(objects, workload, new Date().toISOString());
  check(plan, target, workload);
  const names = plan.restarts.map(({ name }) => name);
  if (!json) process.stdout.write(`${planLines(plan).join("\n")}\n`);
  if (!yes) {
    if (!canAsk()) throw new UserError("nobody can be asked here; to restart without a question: --yes");
    if (
      !(await ask(
        `Restart ${String(names.length)} workloads of namespace ${namespace}, ${String(parallel)} at a time?`,
      ))
    ) {
      say("nothing was restarted");
      return;
    }
  }
  const start = Date.now();
  const log = (line: string) => {
    (json ? process.stderr : process.stdout).write(`${line}\n`);
  };
  const options = { parallel, timeoutSeconds, log, advice: "fix what failed, then restart those", stop: stopping() };
  await restartWorkloads(cluster, plan.restarts, options).catch((error: unknown) => {
    throw asUserError(error);
  });
  const seconds = (Date.now() - start) / 1000;
  const data = { namespace, restarted: names, notRestarted: plan.left, seconds };
  process.stdout.write(
    json
      ? `${JSON.stringify(data, undefined, 2)}\n`
      : outColors.green(`${String(names.length)} workloads restarted in ${seconds.toFixed(0)} s, all ready\n`),
  );
}
