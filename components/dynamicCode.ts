/**
 * A dynamic resource's code, as Pulumi's provider process loads it: from the project, where it runs. The SDK would write the
 * functions themselves, with all they use, into the state, at every run, which takes half a second.
 * @param file a file of `components/` that exports `provider`
 */
export const dynamicCode = (file: string) =>
  'exports.handler = () => { require("tsx/cjs"); ' +
  `return require(require("node:path").resolve("components/${file}")).provider; };`;
