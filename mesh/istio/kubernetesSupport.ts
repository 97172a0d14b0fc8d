import { compareMinors, dataDate, layoutOf, minorData, minorOf } from "./releases";

/** Verdict on an Istio version on a Kubernetes version. */
export interface KubernetesVerdict {
  /** Why the cluster cannot, or should not, carry this Istio. Empty: it can. */
  readonly refused: readonly string[];
  /** What a person should know all the same. */
  readonly warnings: readonly string[];
}

/**
 * Judges whether a Kubernetes version carries an Istio version.
 * @param istio an Istio version, `x.y.z`
 * @param kubernetes a Kubernetes `major.minor`, as the API server says it
 * @param allow risks acknowledged in `istio.allow`
 * @see https://istio.io/latest/docs/releases/supported-releases/
 */
export function judgeKubernetes(istio: string, kubernetes: string, allow: readonly string[]): KubernetesVerdict {
  const minor = minorOf(istio);
  const data = minorData(istio);
  const warnings: string[] = [];
  if (data === undefined) {
    return {
      refused: [],
      warnings: [`Istio ${minor} is newer than this program's data of ${dataDate}: its Kubernetes range is unknown`],
    };
  }
  if (data.endOfLife !== undefined && !allow.includes("end-of-life")) {
    warnings.push(
      `Istio ${minor} is past its end of life (${data.endOfLife}); acknowledge with istio.allow: [end-of-life]`,
    );
  }
  if (data.removedIn !== undefined && compareMinors(kubernetes, data.removedIn) >= 0) {
    return {
      refused: [
        `Istio ${minor} cannot run on Kubernetes ${kubernetes}: its charts use APIs that Kubernetes ${data.removedIn} removed. ` +
          `Use a cluster older than ${data.removedIn}, or Istio 1.12 or newer`,
      ],
      warnings,
    };
  }
  const { kubernetesMin, kubernetesMax, testedMin = kubernetesMin } = data;
  if (compareMinors(kubernetes, testedMin) < 0) {
    return {
      refused: [
        `Istio ${minor} is not known to work on Kubernetes ${kubernetes}: ${testedMin} is the oldest that it was tested on. ` +
          "Upgrade the cluster first, or use an older Istio",
      ],
      warnings,
    };
  }
  const isAbove = compareMinors(kubernetes, kubernetesMax) > 0;
  if (!isAbove && compareMinors(kubernetes, kubernetesMin) >= 0) return { refused: [], warnings };
  const text = isAbove
    ? `Istio ${minor} is tested on Kubernetes ${testedMin} to ${kubernetesMax}, not on ${kubernetes}`
    : `Istio ${minor} is supported on Kubernetes ${kubernetesMin} to ${kubernetesMax}; on ${kubernetes} it is tested, not supported`;
  // The classic layout works up to its hard ceiling; every cluster that still carries it is outside the tested range.
  if (layoutOf(istio) === "classic" || allow.includes("untested-kubernetes")) {
    return { refused: [], warnings: [...warnings, text] };
  }
  return {
    refused: [`${text}. Choose a matching pair, or acknowledge with istio.allow: [untested-kubernetes]`],
    warnings,
  };
}
