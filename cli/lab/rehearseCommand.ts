import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readStackFile } from "../../config/raw";
import { startControlPlane } from "../../lab/controlPlane";
import { provideLabEngine, type LabEngine } from "../../lab/engine/engine";
import { missingBuilds, modulesFor, modulesOf } from "../../lab/goModules";
import { layoutOf } from "../../mesh/istio/releases";
import { meshPlan } from "../../mesh/meshPlan";
import { rehearsalConfig, rehearsalMinor, repositoryIn } from "../../rehearse/config";
import { compareIstiods } from "../../rehearse/objects/compareIstiods";
import type { ObjectsReport } from "../../rehearse/objects/text";
import { installOldMesh, oldMeshOf, type OldMesh } from "../../rehearse/oldMesh";
import { RehearsalProject } from "../../rehearse/project";
import { Rehearsal, type Phase } from "../../rehearse/rehearsal";
import { makeReport, reportText } from "../../rehearse/report";
import type { Settings } from "../../settings/types";
import { packagesFolder, withoutPackages } from "../engine/backend";
import { outColors } from "../terminal/colors";
import { kubernetesMinor } from "./labCommand";
import { projectFolder, readStack } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { projectRoot } from "../../tools/projectRoot";
import { isBug, messageOf } from "../../tools/errors";
import { bring, readSource } from "./rehearseObjects";
import { say } from "../terminal/say";

interface Options {
  readonly toVersion?: string;
  readonly kubernetes?: string;
  readonly binaries?: string;
  readonly charts?: string;
  readonly adopt?: readonly string[];
  readonly withObjects?: string;
  readonly json?: boolean;
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || /^\d+\.\d+\.\d+$/.test(version)) return;
  throw new UserError(`--to-version: "${version}" is no Istio version. Allowed: a release such as 1.30.3`);
}

async function choosePulumi(): Promise<LabEngine> {
  const search = { path: withoutPackages(process.env["PATH"] ?? ""), packages: packagesFolder(projectFolder) };
  const engine = await provideLabEngine(search, say).catch((error: unknown) => {
    throw asUserError(error);
  });
  say(`engine: ${engine.name}`);
  // The Automation API looks for the CLI on this process's PATH before it knows of the workspace's.
  process.env["PATH"] = engine.env["PATH"] ?? "";
  return engine;
}

/** What the old mesh is made of. */
function chooseOld(paths: readonly string[], settings: Settings): OldMesh {
  try {
    return oldMeshOf(paths, settings);
  } catch (error) {
    throw asUserError(error);
  }
}

/**
 * Deploys a stack, and with `--to-version` its upgrade, on a control plane made for it; prints what happened.
 * @throws UserError with what is wrong
 */
export async function rehearse(stack: string, options: Options): Promise<void> {
  const settings = readStack(stack);
  checkVersion(options.toVersion);
  if (settings.istio.controlPlane === "shared") {
    throw new UserError(`${stack} lives on another stack's control plane: rehearse the stack that owns istio-system`);
  }
  if (options.withObjects !== undefined && options.toVersion === undefined)
    throw new UserError("--with-objects is about an upgrade: say to which version with --to-version");
  const old = options.adopt === undefined ? undefined : chooseOld(options.adopt, settings);
  const raw = readStackFile(readFileSync(join(projectFolder, `Pulumi.${stack}.yaml`), "utf8"));
  const versions = [settings.istio.version, ...(options.toVersion === undefined ? [] : [options.toVersion])];
  const sameLayout = versions.filter((version) => layoutOf(version) === settings.layout);
  const minor = kubernetesMinor(options.kubernetes ?? rehearsalMinor(sameLayout));
  const charts = options.charts ?? (process.env["JAM_ISTIO_CHARTS"] || undefined);
  const source = options.withObjects === undefined ? undefined : await readSource(options.withObjects);
  const planned = missingBuilds([...modulesFor(minor), ...modulesOf("engine")]);
  if (planned !== undefined) say(`what this machine lacks of these is downloaded, else built with Go: ${planned}`);
  const engine = await choosePulumi();
  say(`starting Kubernetes ${minor}`);
  const started = Date.now();
  const plane = await startControlPlane(minor, { binaries: options.binaries, progress: say }).catch(
    (error: unknown) => {
      throw asUserError(error);
    },
  );
  say(`it is up after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  const project = new RehearsalProject(projectRoot, stack, engine.env);
  const rehearsal = new Rehearsal(plane, settings.namespace, say);
  const phases: Phase[] = [];
  const deploy = async (name: string, version = settings.istio.version): Promise<boolean> => {
    say(name);
    const overrides = { kubeconfig: plane.kubeconfig, charts, version };
    const phase = await rehearsal.deploy(
      name,
      version,
      await project.configure(rehearsalConfig(raw, settings, overrides)),
    );
    phases.push(phase);
    return phase.succeeded;
  };
  /** The old mesh with its workloads, then taken over. */
  const adopt = async (mesh: OldMesh): Promise<boolean> => {
    const { version } = settings.istio;
    say(`installing Istio ${version} as it was before`);
    const mirror =
      charts === undefined ? undefined : repositoryIn(charts, settings.layout).replaceAll("{version}", version);
    await installOldMesh(plane, mesh, meshPlan(settings), { mirror, say }).catch((error: unknown) => {
      throw asUserError(error);
    });
    say("creating the sample workloads");
    await rehearsal.createWorkloads();
    say(`adopting it as stack ${stack}`);
    const overrides = { kubeconfig: plane.kubeconfig, charts, version };
    await project.configure(rehearsalConfig(raw, settings, overrides));
    const adopting = () => project.command("adopt", stack, "--yes");
    const phase = await rehearsal.adopt(`adoption of ${version}`, version, adopting);
    phases.push(phase);
    return phase.succeeded;
  };
  const install = async (): Promise<boolean> => {
    if (!(await deploy(`install of ${settings.istio.version}`))) return false;
    say("creating the sample workloads");
    await rehearsal.createWorkloads();
    return true;
  };
  let objects: ObjectsReport | undefined;
  /** The upgrade, with the objects of a real cluster where there are some. */
  const upgrade = async (to: string): Promise<void> => {
    if (source === undefined) {
      await deploy(`upgrade to ${to}`, to);
      return;
    }
    say(`bringing the objects of ${source.source}`);
    const put = await bring(source, plane);
    await deploy(`upgrade to ${to}`, to);
    say("asking istiods of both minors what they make of them");
    const step = { from: settings.istio.version, to, revision: settings.istio.revision };
    const place = { namespace: settings.namespace, objects: source.copy.stages.flat() };
    const comparison = await compareIstiods(plane, step, place).catch((error: unknown) => {
      if (isBug(error)) throw error;
      return { missing: [messageOf(error)] };
    });
    objects = { source: source.source, denied: source.denied, put, comparison };
  };
  try {
    await rehearsal.start();
    if (await (old === undefined ? install() : adopt(old))) {
      if (options.toVersion !== undefined) await upgrade(options.toVersion);
      else await deploy("the same once more");
    }
  } finally {
    rehearsal.end();
    project.remove();
    await plane.stop();
  }
  const report = makeReport(stack, minor, phases, objects);
  const text = options.json === true ? JSON.stringify(report, undefined, 2) : reportText(report, outColors);
  process.stdout.write(`${text}\n`);
  if (!report.succeeded) process.exitCode = 1;
}
