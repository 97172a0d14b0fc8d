import { loadAll } from "js-yaml";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { coveredBy, differences, type Difference, type Facts } from "../mesh/upgradeNotes/sources";

// Compares two checkouts of istio/istio by what upgrade notes come from, and says which note knows of each difference:
//   npx tsx scripts/compareSources.ts <folder of the older tag> <folder of the newer one>
// Prints JSON, which tests/mesh/upgradeNotes/sources keeps for the minors that were compared. Exit code 3: something that no note
// knows; read it, and write a note, or its reason into tests/mesh/upgradeNotes/sources/judged.ts.

const files = (root: string, end: string): readonly string[] =>
  existsSync(root)
    ? readdirSync(root, { recursive: true })
        .map(String)
        .filter((file) => file.endsWith(end) && !/(^|\/)(vendor|tests?|testdata|node_modules)\//.test(file))
        .map((file) => join(root, file))
    : [];
const textOf = (file: string) => readFileSync(file, "utf8");

/** A registration of an environment variable, with the words of its default. */
const registration = /env\.Register\w*(?:\[[^\]]*\])?\(\s*"(\w+)",\s*([^,\n]+(?:\([^)\n]*\))?)/g;

function variables(root: string): Facts {
  const code = ["pilot", "pkg", "security", "cni", "tools", "operator"].flatMap((part) =>
    files(join(root, part), ".go"),
  );
  const found = code
    .filter((file) => !file.endsWith("_test.go"))
    .flatMap((file) => [...textOf(file).matchAll(registration)])
    .map(([, name = "", value = ""]) => [`variable ${name}`, value.trim()] as const);
  return Object.fromEntries(found);
}

/** The leaves of values, by their path. */
function leaves(value: unknown, path = ""): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value ?? null)]];
  const inner = Object.entries(value);
  return inner.length === 0
    ? [[path, "{}"]]
    : inner.flatMap(([key, item]) => leaves(item, path === "" ? key : `${path}.${key}`));
}

function yaml(root: string, folder: string, kind: string, isWanted: (file: string) => boolean): Facts {
  const found = files(join(root, folder), ".yaml").filter(isWanted);
  return Object.fromEntries(
    found.flatMap((file) => {
      const place = relative(join(root, folder), file).replace(/\/?values\.yaml$|\.yaml$/, "");
      return loadAll(textOf(file)).flatMap((part) =>
        leaves(part).map(([path, value]) => [`${kind} ${place} ${path}`, value]),
      );
    }),
  );
}

function crds(root: string): Facts {
  const file = join(root, "manifests/charts/base/files/crd-all.gen.yaml");
  interface Crd {
    readonly metadata?: { readonly name?: string };
    readonly spec?: {
      readonly versions?: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
    };
  }
  const all = loadAll(textOf(file)) as readonly (Crd | undefined)[];
  return Object.fromEntries(
    all.flatMap((crd) => {
      const versions = (crd?.spec?.versions ?? []).filter(({ served }) => served);
      const text = versions.map(({ name, storage }) => `${name}${storage ? " (stored)" : ""}`).join(", ");
      return crd?.metadata?.name === undefined ? [] : [[`CRD ${crd.metadata.name}`, text]];
    }),
  );
}

/** The versions of the Gateway API's CRDs that istiod takes: lowest and highest. */
function bounds(root: string): Facts {
  const code = [...files(join(root, "pkg/kube"), ".go"), ...files(join(root, "pkg/config/schema"), ".go")];
  const maps = code
    .filter((file) => !file.endsWith("_test.go"))
    .flatMap((file) => [...textOf(file).matchAll(/(M(?:in|ax)imumCRDVersions)\s*=\s*map[^{]*\{([^}]*)\}/gi)]);
  return Object.fromEntries(
    maps.flatMap(([, map = "", body = ""]) =>
      [...body.matchAll(/"([\w.-]+)":\s*semver\.New\((\d+), (\d+), (\d+)/g)].map(([, name = "", ...numbers]) => [
        `${map.toLowerCase()} ${name}`,
        numbers.join("."),
      ]),
    ),
  );
}

const factsOf = (root: string): Facts => ({
  ...variables(root),
  ...yaml(root, "manifests/helm-profiles", "profile", () => true),
  ...crds(root),
  ...yaml(root, "manifests/charts", "value", (file) => file.endsWith("/values.yaml")),
  ...bounds(root),
});

const [older = "", newer = ""] = process.argv.slice(2);
if (!existsSync(join(older, "pilot")) || !existsSync(join(newer, "pilot"))) {
  process.stderr.write("compareSources: two folders with a checkout of istio/istio: the older tag, the newer one\n");
  process.exit(1);
}
const found: readonly Difference[] = differences(factsOf(older), factsOf(newer));
process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
const unknown = found.filter((one) => coveredBy(one).length === 0);
for (const { what, before, after } of unknown)
  process.stderr.write(`no note knows: ${what}: ${before ?? "not there"} -> ${after ?? "gone"}\n`);
if (unknown.length > 0) process.exitCode = 3;
