import assert from "node:assert/strict";
import { importValues, type ImportOptions } from "../../../migrate/importValues";

export const chart = [
  "apiVersion: v1",
  "name: jam-istio",
  "version: 0.1.0",
  "dependencies:",
  "  - name: istio",
  "    version: 1.4.6",
  "    repository: https://example.com/charts",
].join("\n");

export const umbrella = [
  "jam:",
  "  namespace: local700",
  "  mysql:",
  "    external: true",
  "    externalHostName: db.example.com",
  "istio:",
  "  kiali:",
  "    enabled: true",
  "  gateways:",
  "    enabled: false",
].join("\n");

export type Files = Readonly<Record<string, string>>;
const imported = (files: Files, options: ImportOptions = {}) => {
  const all = Object.entries({ "Chart.yaml": chart, ...files });
  return importValues(
    all.map(([name, text]) => ({ name, text })),
    options,
  );
};
export function made(files: Files, options: ImportOptions = {}) {
  const found = imported(files, options);
  if ("problems" in found) assert.fail(found.problems.join("\n"));
  return found;
}
export function problems(files: Files, options: ImportOptions = {}): readonly string[] {
  const found = imported(files, options);
  return "problems" in found ? found.problems : [];
}
/** The lines of a stack file that are no comments. */
export const body = (text: string) => text.split("\n").filter((line) => line !== "" && !line.trim().startsWith("#"));
