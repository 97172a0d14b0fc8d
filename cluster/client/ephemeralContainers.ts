import type { Send } from "./send";

/** Whether pods can get ephemeral containers, as they are since Kubernetes 1.23. */
export async function hasEphemeral({ send }: { readonly send: Send }): Promise<boolean> {
  const { resources } = JSON.parse(await send("GET", "/api/v1")) as {
    readonly resources: readonly { readonly name: string; readonly kind: string }[];
  };
  // Before, where somebody switched it on, it took another kind of object, and leaves a pod that is sent to it as it is.
  return resources.some(({ name, kind }) => name === "pods/ephemeralcontainers" && kind === "Pod");
}
