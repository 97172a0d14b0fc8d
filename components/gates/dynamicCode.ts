/** What has code in the gate's process, by its name in `components/gates/providers/index.ts`. */
type Provider = "clientRestart" | "faultGate" | "meshRemoval" | "sidecarRollout" | "upgradeGate";

/**
 * A dynamic resource's code, as Pulumi's provider process loads it: from the project, where it runs. The SDK would write the
 * functions themselves, with all they use, into the state, at every run, which takes half a second.
 *
 * The text is part of every stack's state, and the engine runs it to refresh or delete what an older program made: `bin/bundle.js`,
 * `index.ts` of that folder and its names stay. So do the folder's other files: programs up to November 2026 named them.
 */
export const dynamicCode = (name: Provider) =>
  'exports.handler = () => require(require("node:path").resolve("bin/bundle.js"))' +
  `.load("components/gates/providers/index.ts").${name};`;

/** Whether the state has other code than this program: an update writes the new one, so that the files that it names can go. */
export const isOtherCode = (olds: object, news: object) => codeOf(olds) !== codeOf(news);

const codeOf = (properties: object) => (properties as { readonly __provider?: unknown }).__provider;
