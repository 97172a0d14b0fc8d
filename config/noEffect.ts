import { layoutOf, optionalCharts } from "../mesh/istio/releases";
import { wasWritten, when, type Given, type Problem, type RuleOf } from "./rule";

const parts = Object.keys(optionalCharts) as (keyof typeof optionalCharts)[];

/** What only the owner of the mesh uses. */
function ofOwner(given: Given): readonly Problem[] {
  const charts = ["istio.values", ...parts.flatMap((part) => [`istio.${part}.values`, `istio.${part}.releaseName`])];
  const kiali = ["kiali.username", "kiali.values"];
  // The image of the faults' reaper is taken from it.
  const hub = given.faultInjection?.reaper === true ? [] : ["istio.hub"];
  return [...hub, ...charts, "istio.releaseName", ...kiali].flatMap((path) =>
    when(
      wasWritten(given, path),
      path,
      `has no effect with istio.controlPlane: shared, where another stack owns ${path.startsWith("kiali") ? "Kiali" : "the mesh"}; remove it`,
    ),
  );
}

function ofLayout(given: Given, modern: boolean): readonly Problem[] {
  return [
    ...when(
      modern && wasWritten(given, "kiali.username"),
      "kiali.username",
      "has no effect with Istio 1.12 and newer, where Kiali logs in with a token; remove it",
    ),
    ...when(
      !modern && wasWritten(given, "kiali.values"),
      "kiali.values",
      "has no effect up to Istio 1.5, where the control plane's chart brings Kiali: use istio.values, key kiali",
    ),
  ];
}

/** A key that a person wrote and that nothing reads. Who says `false` beside it keeps it for later. */
export const noEffect: RuleOf = (given) => {
  const { istio } = given;
  const beside = (path: string, needed: string, text: string) =>
    when(wasWritten(given, path) && !wasWritten(given, needed), needed, text);
  const services = ["mysql", "mail"].flatMap((section) =>
    beside(
      `${section}.externalHostName`,
      `${section}.external`,
      "missing: without it externalHostName makes no ServiceEntry; set it to true, or to false to keep the host for later",
    ),
  );
  const bucket = beside(
    "dataStorage.region",
    "dataStorage.mode",
    "missing: without it region makes no ServiceEntry; set it to aws, or to none to keep the region for later",
  );
  if (istio === undefined) return [...services, ...bucket];
  const layout = layoutOf(istio.version);
  const ownParts = parts.flatMap((part) => {
    const enabled = `istio.${part}.enabled`;
    const [ofValues, ofName] = [
      beside(
        `istio.${part}.values`,
        enabled,
        "missing: without it its values have no effect; set it to true, or to false to keep them for later",
      ),
      beside(
        `istio.${part}.releaseName`,
        enabled,
        "missing: without it its releaseName has no effect; set it to true, or to false to keep it for later",
      ),
    ];
    // One switch that is missing is one problem.
    return ofValues.length > 0 ? ofValues : ofName;
  });
  return [
    ...(istio.controlPlane === "shared" ? ofOwner(given) : [...ownParts, ...ofLayout(given, layout === "modern")]),
    ...services,
    ...bucket,
  ];
};
