import * as semver from "semver";
import { bundleVersion, each, meshConfigs, policiesOf } from "../look";
import { istioFile, note, patches, releaseNote, type Note } from "../note";

// What came inside patches of 1.27 to 1.29.

export const notes: readonly Note[] = [
  note({
    id: "28-p1",
    range: ">=1.28.6 <1.29.0-0 || >=1.29.2 <1.30.0-0",
    verdict: "refuse",
    title: "1.28.6 and 1.29.2 and later patches of these minors ignore TLSRoutes whose CRDs are newer than 1.4.1",
    evidence: "TLSRoutes, and the version of their CRD",
    reads: ["tlsRoutes", "crds"],
    find: (seen) => {
      const version = bundleVersion(seen, "tlsroutes");
      return version !== undefined && semver.valid(version) !== null && semver.gt(version, "1.4.1")
        ? each("TLSRoute", seen.tlsRoutes, () => `is of CRDs ${version}, and would be ignored`)
        : [];
    },
    remedy: "keep the CRDs of the Gateway API at 1.4.1 until 1.30",
    source: istioFile("1.29.6", "pkg/kube/kclient/crdwatcher.go"),
  }),
  note({
    id: "28-p2",
    range: patches("1.28.6", "1.29.2", "1.30.0"),
    verdict: "warn",
    title: "a retryBudget without percent allows 20 % of the requests, 0.2 % before",
    evidence: "DestinationRules with such a retryBudget",
    reads: ["destinationRules"],
    find: ({ destinationRules }) =>
      each(
        "DestinationRule",
        destinationRules,
        (rule) =>
          policiesOf(rule).some(
            ([, { retryBudget }]) => retryBudget !== undefined && retryBudget.percent === undefined,
          ) && "has a retryBudget without percent",
      ),
    remedy: "set percent",
    source: releaseNote("retry-budget-percent"),
  }),
  note({
    id: "28-p3",
    range: patches("1.27.6", "1.28.4", "1.29.1", "1.30.0"),
    verdict: "warn",
    title: "meshConfig.tlsDefaults.minProtocolVersion has the effect that it says",
    evidence: "meshConfig.tlsDefaults.minProtocolVersion",
    reads: ["configMaps"],
    find: (seen) =>
      meshConfigs(seen).flatMap(({ object, config: { tlsDefaults } }) =>
        tlsDefaults?.minProtocolVersion === undefined || tlsDefaults.minProtocolVersion === "TLS_AUTO"
          ? []
          : [{ object, says: `asks for ${tlsDefaults.minProtocolVersion}` }],
      ),
    remedy: "see that every client speaks this version of TLS",
    source: releaseNote("58912"),
  }),
];
