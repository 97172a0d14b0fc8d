import type { Cluster } from "./kubernetesClient";

/**
 * The cluster, whose answers to the same path are kept: for a command that looks at one moment and asks for the same lists in several
 * places. Of a large cluster one list may be a hundred megabytes.
 */
export function readingOnce(cluster: Cluster): Cluster {
  const answers = new Map<string, Promise<string>>();
  return {
    ...cluster,
    send: (method, path, more) => {
      if (method !== "GET" || more !== undefined) return cluster.send(method, path, more);
      const answer = answers.get(path) ?? cluster.send(method, path);
      answers.set(path, answer);
      return answer;
    },
  };
}
