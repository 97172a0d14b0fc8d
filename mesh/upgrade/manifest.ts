/** Objects of a Helm release that a refresh does not look at. */
export interface Expected {
  readonly crds: readonly string[];
  readonly deployments: readonly string[];
  readonly daemonSets: readonly string[];
  readonly jobs: readonly string[];
}

export const ofKind = (kind: string) => new RegExp(`^kind: ["']?${kind}["']?\\s*$`, "m");
const nameOf = (document: string) =>
  /^metadata:\n(?: .*\n)*? {2}name: ["']?([^"'\s]+)["']?\s*$/m.exec(`${document}\n`)?.[1];

/**
 * Reads from a release's manifest what has to be there. By lines and not as YAML: CRDs make a megabyte of it, and
 * this is read at every preview. The classic layout has its CRDs inside ConfigMaps.
 * @param manifest what Helm recorded
 */
export function expectedObjects(manifest: string): Expected {
  const documents = manifest.split(/^---.*$/m);
  const names = (kind: string) =>
    documents
      .filter((document) => ofKind(kind).test(document))
      .map(nameOf)
      .filter((name) => name !== undefined);
  const crds = documents
    .filter((document) => /^\s*kind: ["']?CustomResourceDefinition["']?\s*$/m.test(document))
    .flatMap((document) => [...document.matchAll(/^\s+name: ["']?([a-z]+\.[a-z.-]*istio\.io)["']?\s*$/gm)])
    .map(([, name = ""]) => name);
  return {
    crds: [...new Set(crds)],
    deployments: names("Deployment"),
    daemonSets: names("DaemonSet"),
    jobs: names("Job"),
  };
}
