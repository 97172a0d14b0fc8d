import type { Cluster } from "./kubernetesClient";

/**
 * The cluster, whose answers are kept until they are asked for a second time: for a command that looks at one moment and asks for the
 * same lists in two places. Of a large cluster one list may be a hundred megabytes. What Secrets hold is not kept.
 */
export function readingOnce(cluster: Cluster): Cluster {
  const answers = new Map<string, Promise<string>>();
  return {
    ...cluster,
    send: (method, path, more) => {
      if (method !== "GET" || more !== undefined || path.includes("/secrets")) return cluster.send(method, path, more);
      const kept = answers.get(path);
      answers.delete(path);
      if (kept !== undefined) return kept;
      const answer = cluster.send(method, path);
      answers.set(path, answer);
      return answer;
    },
  };
}
