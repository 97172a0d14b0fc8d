import { load } from "js-yaml";
/** Objects of a Helm release that a refresh does not look at. */
export interface Expected {
  readonly crds: readonly string[];
  readonly deployments: readonly string[];
  readonly daemonSets: readonly string[];
  readonly jobs: readonly string[];
}

const ofKind = (kind: string) => new RegExp(`^kind: ["']?${kind}["']?\\s*$`, "m");
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

/** A port of a Service, as a manifest writes it. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
}

/** The ports that a release's manifest gives a Service. */
export interface ServicePorts {
  readonly service: string;
  readonly ports: readonly ServicePort[];
}

/** Reads the ports of a manifest's Services. @param manifest what Helm recorded */
export function servicePorts(manifest: string): readonly ServicePorts[] {
  const services = manifest.split(/^---.*$/m).filter((document) => ofKind("Service").test(document));
  return services.flatMap((document) => {
    const { metadata, spec } = load(document) as {
      readonly metadata: { readonly name: string };
      readonly spec?: { readonly ports?: readonly ServicePort[] };
    };
    return spec?.ports === undefined ? [] : [{ service: metadata.name, ports: spec.ports }];
  });
}
