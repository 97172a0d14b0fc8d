import { isNotFound } from "../../cluster/client/errors";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { restartWorkloads } from "../../cluster/rollout/restartWorkloads";
import { whyNotRotated } from "../../mesh/install/kialiRotation";
import { kialiSecretName, systemNamespace } from "../../mesh/istio/names";
import type { Workload } from "../../mesh/rollout/workloads";
import type { Settings } from "../../settings/types";
import { messageOf, isBug } from "../../tools/errors";
import { errorColors } from "../terminal/colors";
import { besideOutput, explained, openStack, type OpenStack } from "./openStack";
import { readStack } from "../stack/stackFile";
import { exportState } from "./stackState";
import { UserError } from "../terminal/userError";
import { say } from "../terminal/say";

/** Kiali's Deployment, in either layout. */
const deployment = "kiali";
const byHand = `kubectl rollout restart deployment/${deployment} -n ${systemNamespace}`;

/** URNs of the generated value and of the Secret that has it. @throws UserError where the stack has none */
async function findResources({ stack, step }: OpenStack, name: string) {
  const resources = (await step(() => exportState(stack))).deployment?.resources ?? [];
  const urnOf = (type: string) => resources.map(({ urn }) => urn).find((urn) => urn.split("::")[2]?.endsWith(type));
  const value = urnOf("KialiSecret$random:index/randomPassword:RandomPassword");
  const secret = urnOf("KialiSecret$kubernetes:core/v1:Secret");
  if (value !== undefined && secret !== undefined) return { value, secret };
  throw new UserError(
    `there is no generated secret in the state of stack ${name}. Deploy it first: npm run up -- ${name}`,
  );
}

async function readKiali({ send }: Cluster): Promise<Workload | undefined> {
  try {
    const text = await send("GET", `/apis/apps/v1/namespaces/${systemNamespace}/deployments/${deployment}`);
    const object = JSON.parse(text) as Extract<Workload, { readonly kind: "Deployment" }>["object"];
    return { kind: "Deployment", object };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Restarts Kiali, which reads its secret when it starts. @throws UserError: the secret is a new one all the same */
async function restartKiali({ kubernetes, rollout }: Settings): Promise<void> {
  try {
    const cluster = await connect(kubernetes);
    const workload = await readKiali(cluster);
    if (workload === undefined) {
      say("Kiali does not run: it will start with the new secret");
      return;
    }
    const name = `Deployment ${systemNamespace}/${deployment}`;
    const one = { workload, name, value: new Date().toISOString(), begun: false };
    const { timeoutSeconds } = rollout;
    await restartWorkloads(cluster, [one], { parallel: 1, timeoutSeconds, log: say, advice: `by hand: ${byHand}` });
  } catch (error) {
    if (isBug(error)) throw error;
    throw new UserError(
      `the secret is a new one, but Kiali may still use the old one: ${messageOf(error)}. Restart it: ${byHand}`,
      { cause: error },
    );
  }
}

/** Makes Kiali's passphrase or signing key anew and restarts Kiali; nothing else of the stack is touched. */
export async function rotateKiali(name: string): Promise<void> {
  const settings = readStack(name);
  const refused = whyNotRotated(settings);
  if (refused !== undefined) throw new UserError(refused);
  await explained("up", async () => {
    const open = await openStack(name, settings, "there");
    const { value, secret } = await findResources(open, name);
    // Only these two: what else the settings would change now is for up.
    const only = { replace: [value], target: [value, secret], showSecrets: false };
    await open.step(() => open.stack.up({ ...besideOutput, ...only }));
    await restartKiali(settings);
  });
  const isClassic = settings.layout === "classic";
  const read = `pulumi stack output kialiPassphrase --show-secrets --stack ${name}`;
  say(
    errorColors.green(
      isClassic
        ? `Kiali has a new passphrase, in Secret ${kialiSecretName}. To read it: ${read}`
        : `Kiali has a new signing key, in Secret ${kialiSecretName}: everybody has to log in anew`,
    ),
  );
}
