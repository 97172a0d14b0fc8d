// What several tests expect to be said, once.

/** What is allowed where a Kubernetes name is asked for. */
export const kubernetesName = "a Kubernetes name: at most 63 of a-z, 0-9 and -, no - at the ends";
