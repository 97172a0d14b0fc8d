import type { Cluster } from "./kubernetesClient";

/** How many objects come in one answer. */
const page = 500;

/** Every object of the list at a path, which may have a query. @throws HttpError where it may not be asked */
export async function listPages<T>({ send }: Pick<Cluster, "send">, path: string): Promise<readonly T[]> {
  const found: T[] = [];
  for (let next = ""; ;) {
    const query = `${path.includes("?") ? "&" : "?"}limit=${String(page)}${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`;
    const { items, metadata } = JSON.parse(await send("GET", `${path}${query}`)) as {
      readonly items: readonly T[] | null;
      readonly metadata?: { readonly continue?: string };
    };
    found.push(...(items ?? []));
    next = metadata?.continue ?? "";
    if (next === "") return found;
  }
}
