import { reasonOf } from "./errors";

/** How long a chart repository may take to begin its answer, in seconds. Helm itself waits for ever. */
const answerSeconds = 10;

async function whyNot(repository: string): Promise<string | undefined> {
  const index = `${repository.replace(/\/$/, "")}/index.yaml`;
  try {
    const response = await fetch(index, { signal: AbortSignal.timeout(answerSeconds * 1000) });
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP ${String(response.status)}`;
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return late ? `no answer within ${String(answerSeconds)} s` : reasonOf(error);
  }
}

/**
 * Asks chart repositories for their index.
 * @param repositories URLs; what is no URL of the web is left to Helm
 * @returns one line for each that does not answer, with what to do
 */
export async function silentRepositories(repositories: readonly string[]): Promise<readonly string[]> {
  const urls = [...new Set(repositories)].filter((url) => /^https?:/.test(url));
  const reasons = await Promise.all(urls.map(whyNot));
  return urls.flatMap((url, at) => {
    const reason = reasons[at];
    if (reason === undefined) return [];
    return [
      `the chart repository ${url} does not answer (${reason}). Try again later, or give a mirror in ` +
        `istio.chartRepository or kiali.chartRepository`,
    ];
  });
}
