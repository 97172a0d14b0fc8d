/** Stands for the version of an image that carries none. */
export const unreadable = "unreadable";

/** Istio version of an image, from its tag: `docker.io/istio/pilot:1.30.3-distroless` is 1.30.3. */
export function versionOf(image = ""): string {
  return /:(\d+\.\d+\.\d+)[^/]*$/.exec(image)?.[1] ?? unreadable;
}
