import { until } from "../../e2e/support/until";
import { Project } from "./project";
import type { Sidecar } from "./sidecar";
import type { World } from "./world";

/** The faults that the project has. */
export const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, sourceLabels: { app: "ps" } },
  { type: "externalHost", service: "mysql", everyone: true },
];

/** A project with two faults, and a pod `ps` beside whose real proxy its commands are tried; both there from the first test on. */
export function useCommands(world: () => World) {
  let ps: Sidecar;
  let project: Project;
  let ip = "";
  /** Calls ct-webapp from ps. */
  const call = (more: { readonly count?: number } = {}) =>
    ps.measure({ kind: "http", address: ip, port: 80, host: "ct-webapp", ...more });
  const status = async () => {
    const [seen] = await call();
    return seen?.result;
  };
  const answers = (text: string) => until(text, async () => (await status()) === text);

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
    ip = await world().clusterIP("ct-webapp");
    project = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: "1.28.9", controlPlane: "shared" },
      mysql: { external: true, externalHostName: "db.example.com" },
      faultInjection: { faults },
    });
    await answers("200");
  });
  after(() => {
    project.remove();
  });
  return {
    ps: () => ps,
    project: () => project,
    call,
    /** What a call is answered. */
    status,
    /** Waits for an answer. */
    answers,
    /** Names of the faults' VirtualServices and Services. */
    active: () => world().plane.kubectl("get", "vs,svc", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name"),
  };
}
