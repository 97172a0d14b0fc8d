/**
 * A dynamic resource's code, as Pulumi's provider process loads it: from the project, where it runs. The SDK would write the
 * functions themselves, with all they use, into the state, at every run, which takes half a second.
 *
 * The text is part of every stack's state, and the engine runs it to refresh or delete what an older program made: a file of
 * `components/gates/providers/` keeps its name.
 * @param name of a file of `components/gates/providers/` that exports `provider`
 */
export const dynamicCode = (name: string) =>
  'exports.handler = () => { require("tsx/cjs"); ' +
  `return require(require("node:path").resolve("components/gates/providers/${name}.ts")).provider; };`;

/** Whether the state has other code than this program: an update writes the new one, so that the files that it names can go. */
export const isOtherCode = (olds: object, news: object) => codeOf(olds) !== codeOf(news);

const codeOf = (properties: object) => (properties as { readonly __provider?: unknown }).__provider;
