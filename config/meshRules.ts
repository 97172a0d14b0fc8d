import { closest } from "fastest-levenshtein";
import { allParts, controlPlaneReleaseName, kialiReleaseName, partReleaseName } from "../mesh/istio/names";
import { compareMinors, kialiVersion, layoutOf, minorOf, noChartsReason, optionalCharts } from "../mesh/istio/releases";
import { acknowledgeable, acknowledgement } from "../mesh/upgradeNotes/judge";
import { lacksProfile, profileOf } from "../mesh/upgradeNotes/profiles";
import { oldestProfiles } from "../mesh/upgradeNotes/removedSettings";
import { when, type Problem, type RuleOf } from "./rule";

export const version: RuleOf = ({ istio, kiali }) => {
  if (istio === undefined) return [];
  const layout = layoutOf(istio.version);
  if (layout === undefined) {
    const reason = /^1\.([6-9]|1[01])\./.test(istio.version) ? noChartsReason : "no chart repository carries it";
    return [
      {
        path: "istio.version",
        text: `"${istio.version}" cannot be installed: ${reason}. Allowed: 1.3 to 1.5, or 1.12 and newer`,
      },
    ];
  }
  const wantsKiali = kiali?.enabled === true && istio.controlPlane === "managed" && layout === "modern";
  return [
    ...when(
      wantsKiali && kialiVersion(istio.version) === undefined,
      "kiali.enabled",
      `no Kiali release is known for Istio ${minorOf(istio.version)}; set it to false`,
    ),
  ];
};

export const passphrase: RuleOf = ({ istio, kialiPassphrase }) => {
  if (istio === undefined || kialiPassphrase === undefined) return [];
  return [
    ...when(
      layoutOf(istio.version) === "modern",
      "kialiPassphrase",
      "has no effect with Istio 1.12 and newer, where Kiali logs in with a token; remove it",
    ),
    ...when(
      istio.controlPlane === "shared",
      "kialiPassphrase",
      "has no effect with istio.controlPlane: shared, where another stack owns Kiali; remove it",
    ),
  ];
};

/** One reason is enough. */
export const signingKey: RuleOf = ({ istio, kiali, kialiSigningKey }) => {
  if (istio === undefined || kialiSigningKey === undefined) return [];
  const hasNoEffect = (where: string): readonly Problem[] =>
    when(true, "kialiSigningKey", `has no effect ${where}; remove it`);
  if (layoutOf(istio.version) === "classic") return hasNoEffect("with Istio up to 1.5, where Kiali has no such key");
  if (istio.controlPlane === "shared")
    return hasNoEffect("with istio.controlPlane: shared, where another stack owns Kiali");
  return kiali?.enabled === false ? hasNoEffect("with kiali.enabled: false") : [];
};

export const revision: RuleOf = ({ istio, injection }) => {
  if (istio === undefined || (istio.revision === undefined && injection !== "revision")) return [];
  if (layoutOf(istio.version) === "classic") {
    return [
      { path: "istio.revision", text: "the classic layout has no revisions: remove it, and injection: revision" },
    ];
  }
  return [
    ...when(
      istio.revision === undefined,
      "istio.revision",
      "missing: injection: revision needs the name of the control plane's revision",
    ),
    ...when(
      istio.releaseName === undefined && controlPlaneReleaseName(istio.revision).length > 53,
      "istio.revision",
      "is too long: with istiod- before it Helm takes 53 characters, so at most 46",
    ),
    ...when(
      istio.revision === "default",
      "istio.revision",
      '"default" is Istio\'s own name for the control plane without a revision; choose another, such as the version: 1-30-3',
    ),
  ];
};

export const classicDns: RuleOf = ({ istio }) =>
  when(
    istio?.dnsCapture === true && layoutOf(istio.version) === "classic",
    "istio.dnsCapture",
    "the classic layout's sidecars cannot capture DNS, those of 1.12 and newer can; set it to false, and give TCP services addresses",
  );

export const components: RuleOf = ({ istio }) => {
  if (istio === undefined) return [];
  const named = Object.keys(optionalCharts) as (keyof typeof optionalCharts)[];
  const enabled = named.filter((name) => istio[name].enabled);
  return [
    ...enabled.flatMap((name) => [
      ...when(
        layoutOf(istio.version) === "classic" || compareMinors(minorOf(istio.version), optionalCharts[name]) < 0,
        `istio.${name}.enabled`,
        `needs Istio ${optionalCharts[name]} or newer; set it to false`,
      ),
      ...when(
        istio.controlPlane === "shared",
        `istio.${name}.enabled`,
        "has no effect with istio.controlPlane: shared, where another stack owns the mesh; set it to false",
      ),
    ]),
    ...when(
      istio.ztunnel.enabled && !istio.cni.enabled,
      "istio.ztunnel.enabled",
      "ambient mode needs the node agent: set istio.cni.enabled to true",
    ),
  ];
};

/** Names of two releases that are one: Helm would take the second for a new revision of the first. */
export const releaseNames: RuleOf = ({ istio, kiali }) => {
  if (istio === undefined || layoutOf(istio.version) !== "modern" || istio.controlPlane === "shared") return [];
  const { releaseName, revision } = istio;
  const taken = [
    releaseName ?? controlPlaneReleaseName(revision),
    ...(kiali?.enabled === false ? [] : [kialiReleaseName]),
  ];
  return allParts.flatMap((part) => {
    const { enabled, releaseName: own } = istio[part];
    if (!enabled) return [];
    const name = partReleaseName(part, own);
    const isTaken = taken.includes(name);
    taken.push(name);
    return when(
      isTaken,
      `istio.${part}.releaseName`,
      `"${name}" is the name of another release of the mesh; choose another`,
    );
  });
};

/** Acknowledgements of upgrade notes that there are not. */
export const upgradeNotes: RuleOf = ({ istio }) =>
  (istio?.allow ?? []).flatMap((risk, at) =>
    when(
      risk.startsWith(acknowledgement("")) && !acknowledgeable.includes(risk),
      `istio.allow[${String(at)}]`,
      `"${risk}" is no upgrade note. The nearest is "${closest(risk, acknowledgeable)}"; docs/upgrade-notes.md has all`,
    ),
  );

/** A compatibility profile that the charts do not have: Helm would fail half-way. */
export const compatibilityProfile: RuleOf = ({ istio }) => {
  const profile = profileOf(istio?.values);
  if (istio === undefined || profile === undefined || layoutOf(istio.version) !== "modern") return [];
  const minor = minorOf(istio.version);
  return when(
    lacksProfile(minor, profile),
    "istio.values",
    `compatibilityVersion names a profile that the charts of ${minor} do not have; the oldest is ${oldestProfiles[minor] ?? ""}`,
  );
};
