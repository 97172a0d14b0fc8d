/**
 * What others set in objects of the charts, by design, by kind: istiod puts its certificate into the webhooks and lets them fail
 * closed once it is ready.
 */
const setByOthers: readonly { readonly kinds: readonly string[]; readonly places: readonly string[] }[] = [
  {
    kinds: ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
    places: ["webhooks[*].clientConfig.caBundle", "webhooks[*].failurePolicy"],
  },
  { kinds: ["CustomResourceDefinition"], places: ["spec.conversion.webhook.clientConfig.caBundle"] },
];

/** Places of an object that are not as its chart has them, and that nobody changed by hand. */
export const placesOfOthers = (kind: string): readonly string[] =>
  setByOthers.filter(({ kinds }) => kinds.includes(kind)).flatMap(({ places }) => places);
