/** The namespace that all releases of the mesh live in. */
export const systemNamespace = "istio-system";

/** Name of the Secret that Kiali reads. */
export const kialiSecretName = "kiali";

/** Key of the signing key in Secret `kiali`: the file name under which every Kiali 2 looks for it. */
export const signingKeyField = "value.txt";

/** Name of a control plane's release in the modern layout, where the settings give it none. */
export const controlPlaneReleaseName = (revision: string | undefined) =>
  revision === undefined ? "istiod" : `istiod-${revision}`;

/** Annotation of a control plane's Deployment that a stack is taking over, and that no Helm release has yet: the stack's name. */
export const adoptingAnnotation = "jam-istio/adopting";

/** Name of Kiali's release in the modern layout. */
export const kialiReleaseName = "kiali-server";

/** Names of the optional parts' releases, where the settings give them none. */
export const partReleaseNames = { cni: "istio-cni", ztunnel: "ztunnel", gateway: "istio-ingressgateway" } as const;

/** A part of the modern layout that is installed when asked for. */
export type Part = keyof typeof partReleaseNames;

export const allParts = Object.keys(partReleaseNames) as readonly Part[];

/** Name of a part's release. @param own the one that the settings give it */
export const partReleaseName = (part: Part, own: string | undefined): string => own ?? partReleaseNames[part];

/** Names of parts' releases, where they are others than those. */
export type PartReleases = Readonly<Partial<Record<Part, string>>>;
