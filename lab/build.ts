import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { mustRun, run } from "../tools/run";
import { builtFolder, type GoModule } from "./goModules";
import { withLock } from "./lock";
import { projectRoot } from "../tools/projectRoot";

const minutes = 60;

/** What `go version` prints; `undefined` where Go is not installed. */
export async function goVersion(): Promise<string | undefined> {
  try {
    const { code, stdout } = await run("go", ["version"], { seconds: 30 });
    return code === 0 ? stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}

async function go(module: GoModule, cwd: string, args: readonly string[]): Promise<string> {
  // -mod=readonly: exactly what go.mod and go.sum pin. GOWORK: a person's workspace must not reach in here.
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -trimpath", GOWORK: "off" };
  const { code, stdout, stderr } = await run("go", args, { seconds: 45 * minutes, cwd, env });
  if (code === 0) return stdout;
  const lines = stderr.trim().split("\n");
  const reason = lines.find((line) => !line.startsWith("#") && !line.startsWith("go: downloading")) ?? "";
  throw new Error(`go ${args[0] ?? ""} of ${module.folder} ${module.version} failed: ${reason}`);
}

/** Folder of a published module; downloads it where it is not there yet: `go list -m` would name no folder for it then. */
async function published(module: GoModule, source: string, path: string): Promise<string> {
  const { Dir = "" } = JSON.parse(await go(module, source, ["mod", "download", "-json", path])) as { Dir?: string };
  if (!isAbsolute(Dir)) throw new Error(`go mod download names no folder for ${path}`);
  return Dir;
}

/** Generates the API server's OpenAPI description. In a copy of its module: Go lets nothing be laid over its cache. */
async function addOpenApi(module: GoModule, folder: string): Promise<void> {
  const kubernetes = "k8s.io/kubernetes";
  const original = await published(module, folder, kubernetes);
  // The module cache is read-only; cp(1) of another mode is the way to a tree that can be removed again.
  const source = join(folder, "src", kubernetes);
  await mkdir(source, { recursive: true });
  await mustRun("cp", ["-R", `${original}/.`, source], { seconds: 10 * minutes });
  await mustRun("chmod", ["-R", "u+w", source], { seconds: 10 * minutes });
  await appendFile(join(folder, "go.mod"), `\nreplace ${kubernetes} => ./src/${kubernetes}\n`);
  const packages = (await readFile(join(folder, "openapi-packages"), "utf8")).trim().split("\n");
  const places = ["-p", `${kubernetes}/pkg/generated/openapi`, "-o", join(folder, "src")];
  const files = ["-O", "zz_generated.openapi", "-r", join(folder, "violations"), "-h", "/dev/null"];
  const generate = ["run", "k8s.io/kube-openapi/cmd/openapi-gen", ...places, ...files, "-i", packages.join(",")];
  await go(module, folder, generate);
}

/** Lays the provider's schema, with its version, and its mapping beside the program that embeds them. */
async function addSchema(module: GoModule, folder: string): Promise<void> {
  const original = await published(module, folder, "github.com/pulumi/pulumi-kubernetes/provider/v4");
  const read = async (file: string): Promise<object> =>
    JSON.parse(await readFile(join(original, "cmd", "pulumi-resource-kubernetes", file), "utf8")) as object;
  const schema = { ...(await read("schema.json")), version: module.version };
  await writeFile(join(folder, "schema.json"), JSON.stringify(schema));
  await writeFile(join(folder, "terraform-mapping.json"), JSON.stringify(await read("terraform-mapping.json")));
}

/** Gives the module's folder, or a copy with what the published module lacks. */
async function prepared(module: GoModule, folder: string): Promise<string> {
  const original = join(projectRoot, "lab", "modules", module.folder);
  if (module.lacks === undefined) return original;
  await cp(original, folder, { recursive: true });
  await { openApi: addOpenApi, schema: addSchema }[module.lacks](module, folder);
  return folder;
}

async function build(module: GoModule): Promise<void> {
  const target = builtFolder(module);
  const folder = await mkdtemp(`${target}-new-`);
  try {
    const source = await prepared(module, join(folder, "module"));
    const flags = ["-ldflags", `-s -w ${module.linkerFlags ?? ""}`];
    const out = join(folder, "out");
    await mkdir(out);
    // One package alone is named by its path's end, which is not always its program's name.
    const name = module.programs.length === 1 ? (module.programs[0] ?? "") : "";
    await go(module, source, ["build", ...flags, "-o", `${out}/${name}`, ...module.packages]);
    await rm(target, { recursive: true, force: true });
    await rename(out, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Builds a module's programs into the cache where they are not there yet; one process at a time.
 * @param progress told when it begins, every half minute, and when it is done
 * @throws Error with one line when Go cannot
 */
export async function buildModule(module: GoModule, progress: (line: string) => void): Promise<void> {
  const target = builtFolder(module);
  const name = `${module.folder} ${module.version}`;
  await mkdir(dirname(target), { recursive: true });
  await withLock(target, async () => {
    if (existsSync(target)) return;
    const began = Date.now();
    const seconds = () => String(Math.round((Date.now() - began) / 1000));
    progress(`building ${name} with Go, once: about ${String(module.minutes)} minutes`);
    const timer = setInterval(() => {
      progress(`  still building ${name}: ${seconds()} s`);
    }, 30_000);
    try {
      await build(module);
    } finally {
      clearInterval(timer);
    }
    progress(`built ${name} in ${seconds()} s`);
  });
}
