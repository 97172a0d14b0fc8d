import { classic, istio, type Config, type Row } from "./config";

export const configOf = (path: string, value: unknown): Config => {
  const [section = "", key] = path.split(".");
  if (section === "istio" && key !== undefined) return istio({ [key]: value });
  return { ...classic, [section]: key === undefined ? value : { [key]: value } };
};

// Where people put credentials by mistake.
const unshown = /chartRepository|kubeconfig|istio\.values|istio\.hub|^istio$|^kiali$|^kubernetes$/;

/** A row for a value that is refused, with the text of what is allowed. */
export const wrong = (path: string, value: unknown, allowed: string): Row => ({
  name: `${path}: ${JSON.stringify(value)} is refused`,
  config: configOf(path, value),
  problems: [
    `${path}: ${unshown.test(path) ? "its value" : JSON.stringify(value)} is not allowed. Allowed: ${allowed}`,
  ],
});

/** A row for a list whose first item is refused. */
export const wrongItem = (path: string, item: unknown, allowed: string): Row => ({
  name: `${path}: item ${JSON.stringify(item)} is refused`,
  config: configOf(path, [item]),
  problems: [`${path}[0]: ${JSON.stringify(item)} is not allowed. Allowed: ${allowed}`],
});

/** A row for a value that is taken. */
export const right = (path: string, value: unknown) => ({
  name: `${path}: ${JSON.stringify(value)} is valid`,
  config: configOf(path, value),
});
