import type { Key, Sections } from "../settings/schema";
import { project, secretPlaceholder, type RawConfig } from "./raw";
import type { Problem, RuleOf } from "./rule";

type Credentials = Sections["chartCredentials"];

/** Holds what setting `chartCredentials` would, as JSON, and goes before it. */
export const credentialsVariable = "JAM_ISTIO_CHART_CREDENTIALS";

/** A stack's config with the credentials of the environment, where it has some. */
export function withEnvironment(raw: RawConfig, env: NodeJS.ProcessEnv = process.env): RawConfig {
  const chartCredentials = env[credentialsVariable] ?? "";
  return chartCredentials === "" ? raw : { ...raw, chartCredentials };
}

/** What there is of a key, and whether Pulumi keeps it, or a part of it, as a secret. */
export function valueOf({ values, secretKeys, chartCredentials }: RawConfig, key: Key) {
  const name = `${project}:${key}`;
  const isSecret = secretKeys.includes(name);
  if (key !== "chartCredentials") return { text: values[name], isSecret };
  if (chartCredentials !== undefined) return { text: chartCredentials, isSecret: true };
  // One secret that holds all of them, and that cannot be opened here.
  return { text: values[name] === secretPlaceholder ? undefined : values[name], isSecret };
}

/** The name of a place in the settings, for whoever has to correct it there. */
export function placeOf({ chartCredentials }: RawConfig, path: string): string {
  if (chartCredentials === undefined || !/^chartCredentials\b/.test(path)) return `${project}:${path}`;
  return path.replace("chartCredentials", credentialsVariable);
}

/** Passwords and tokens that stand in clear. Pulumi hands all over decrypted: then it is known of the whole list alone. */
function inClear(credentials: Credentials, isSecret: boolean): readonly Problem[] {
  const isMasked = credentials.some((one) => Object.values(one).includes(secretPlaceholder));
  if (isSecret && !isMasked) return [];
  return credentials.flatMap((one, at) =>
    (["password", "token"] as const)
      .filter((key) => one[key] !== undefined && one[key] !== secretPlaceholder)
      .map((key) => {
        const path = `chartCredentials[${String(at)}].${key}`;
        const way = `pulumi config set --path --secret '${project}:${path}'`;
        return { path, text: `is in clear. Allowed: a secret, set with: ${way}` };
      }),
  );
}

function judgeOne({ host, username, password, token }: Credentials[number], at: number, all: Credentials) {
  const path = `chartCredentials[${String(at)}]`;
  const isWhole = token === undefined ? username !== undefined && password !== undefined : !(username ?? password);
  return [
    ...(isWhole ? [] : [{ path, text: "say username and password, or token alone" }]),
    ...(all.findIndex((other) => other.host === host) === at ? [] : [{ path, text: `host ${host} is there twice` }]),
  ];
}

/** What is wrong with the credentials, their values apart. */
export const credentialsRule: RuleOf = ({ chartCredentials = [], secretCredentials = false }) => [
  ...inClear(chartCredentials, secretCredentials),
  ...chartCredentials.flatMap(judgeOne),
];

/** Those that can be used here: without Pulumi a stack file's secrets cannot be opened. */
export const opened = (credentials: Credentials): Credentials =>
  credentials.filter((one) => !Object.values(one).includes(secretPlaceholder));
