import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { mustRun, run } from "../tools/run";
import { builtFolder, type GoModule } from "./goModules";

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

/**
 * Gives the module's folder, or a copy with the API server's OpenAPI description, which the published module lacks.
 * A copy, because Go lets nothing be laid over its module cache.
 */
async function prepared(module: GoModule, folder: string): Promise<string> {
  const original = join(__dirname, "modules", module.folder);
  if (module.generateOpenApi !== true) return original;
  const kubernetes = "k8s.io/kubernetes";
  // Downloads it where it is not there yet; `go list -m` would name no folder for it then.
  const download = await go(module, original, ["mod", "download", "-json", kubernetes]);
  const { Dir: published = "" } = JSON.parse(download) as { Dir?: string };
  if (!isAbsolute(published)) throw new Error(`go mod download names no folder for ${kubernetes}`);
  await cp(original, folder, { recursive: true });
  // The module cache is read-only; cp(1) of another mode is the way to a tree that can be removed again.
  const source = join(folder, "src", kubernetes);
  await mkdir(source, { recursive: true });
  await mustRun("cp", ["-R", `${published}/.`, source], { seconds: 10 * minutes });
  await mustRun("chmod", ["-R", "u+w", source], { seconds: 10 * minutes });
  await appendFile(join(folder, "go.mod"), `\nreplace ${kubernetes} => ./src/${kubernetes}\n`);
  const packages = (await readFile(join(original, "openapi-packages"), "utf8")).trim().split("\n");
  const places = ["-p", `${kubernetes}/pkg/generated/openapi`, "-o", join(folder, "src")];
  const files = ["-O", "zz_generated.openapi", "-r", join(folder, "violations"), "-h", "/dev/null"];
  const generate = ["run", "k8s.io/kube-openapi/cmd/openapi-gen", ...places, ...files, "-i", packages.join(",")];
  await go(module, folder, generate);
  return folder;
}

/**
 * Builds a module's programs into the cache.
 * @throws Error with one line when Go cannot
 */
export async function buildModule(module: GoModule): Promise<void> {
  const target = builtFolder(module);
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(`${target}-new-`);
  try {
    const source = await prepared(module, join(folder, "module"));
    const flags = ["-ldflags", `-s -w ${module.linkerFlags ?? ""}`];
    const out = join(folder, "out");
    await mkdir(out);
    // One package alone is named by its path's end, which of etcd's is not its name.
    const name = module.programs.length === 1 ? (module.programs[0] ?? "") : "";
    await go(module, source, ["build", ...flags, "-o", `${out}/${name}`, ...module.packages]);
    await rm(target, { recursive: true, force: true });
    await rename(out, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
