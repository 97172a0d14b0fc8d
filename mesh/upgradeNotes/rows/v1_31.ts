import { isIP } from "node:net";
import { isClosing } from "../../istio/registries";
import { each, isAmbient, nameOf, valueAt } from "../look";
import { removedHits, settingPlaces } from "../removedSettings";
import { note, patches, releaseNote, since, upgradeNotes, type Note } from "../note";

/** Whether a URL is one of a link-local address, or of a cloud's metadata. */
function isLinkLocal(uri: string | undefined): boolean {
  const host = /^https?:\/\/(\[[^\]]*\]|[^/:]*)/i.exec(uri ?? "")?.[1]?.toLowerCase() ?? "";
  const ip = host.replace(/^\[|\]$/g, "");
  return host === "metadata.google.internal" || (isIP(ip) !== 0 && /^(169\.254\.|fe[89ab])/.test(ip));
}

export const notes: readonly Note[] = [
  note({
    id: "31-01",
    range: since("1.31"),
    verdict: "refuse",
    title: "1.31 is published at Istio's new homes alone",
    evidence: "the registry that the new release asks for; values hub and global.hub of the Helm releases",
    reads: ["releases"],
    find: ({ releases }, { hub }) => {
      if (hub !== undefined) return isClosing(hub) ? [{ object: `image registry ${hub}`, says: "has no 1.31" }] : [];
      return each("Helm release", releases, ({ values }) => {
        const named = valueAt(values, "global.hub") ?? valueAt(values, "hub");
        return typeof named === "string" && isClosing(named) && `takes images from ${named}`;
      });
    },
    remedy: "set global.hub (istio.hub in a stack) to docker.io/istio",
    source: upgradeNotes("1.31"),
  }),
  {
    id: "31-02",
    range: ">=1.31.1",
    title: "releases are signed with a new key",
    elsewhere: "policies that check signatures of Istio's images (cosign, Kyverno, Ratify)",
    remedy: "add the key istio-key-v2.pub",
    source: "https://istio.io/latest/blog/2026/retirement-of-gcp/",
  },
  {
    id: "31-05",
    range: since("1.31"),
    title: "xDS of type api is answered to control planes alone",
    elsewhere: "programs outside istio-system that take configuration from istiod by MCP",
    remedy: "set pilot.env.ENABLE_XDS_API_GENERATOR_AUTH to false",
    source: upgradeNotes("1.31"),
    keeps: ["ENABLE_XDS_API_GENERATOR_AUTH", "false"],
  },
  note({
    id: "31-06",
    range: patches("1.29.6", "1.30.3", "1.31.0"),
    verdict: "warn",
    title: "WorkloadEntries that registered by themselves have to do so again to get HBONE",
    evidence: "pods in ambient mode, and such WorkloadEntries without networking.istio.io/tunnel: http",
    reads: ["workloadEntries", "pods"],
    find: ({ workloadEntries, pods }) =>
      pods.some(isAmbient)
        ? each(
            "WorkloadEntry",
            workloadEntries,
            ({ metadata, spec }) =>
              metadata.annotations?.["istio.io/autoRegistrationGroup"] !== undefined &&
              (metadata.labels?.["networking.istio.io/tunnel"] ?? spec?.labels?.["networking.istio.io/tunnel"]) !==
                "http" &&
              "registered itself, without the label for HBONE",
          )
        : [],
    remedy: "restart its proxy, or set the label",
    source: upgradeNotes("1.31"),
  }),
  note({
    id: "31-07",
    // Its evidence is 40,000 pods: only objects in memory show it.
    proof: "source",
    range: since("1.31"),
    verdict: "refuse",
    title: "what ztunnel sends when it connects again is a third larger",
    evidence: "ambient mode with more than 40,000 pods and Services",
    reads: ["pods", "services"],
    find: ({ pods, services }) => {
      const count = pods.length + services.length;
      const isLarge = count > 40_000 && pods.some(isAmbient);
      return isLarge ? [{ object: `${String(count)} pods and Services`, says: "may be too many for one message" }] : [];
    },
    remedy: "raise ISTIO_GPRC_MAXRECVMSGSIZE in istiod's environment",
    source: upgradeNotes("1.31"),
  }),
  note({
    id: "31-12",
    range: since("1.31"),
    verdict: "warn",
    title: "the program nft is the image's newest: kernels of old nodes may not take its rules",
    evidence: "value global.nativeNftables",
    reads: ["releases"],
    find: ({ releases }) =>
      each(
        "Helm release",
        releases,
        ({ values }) => valueAt(values, "global.nativeNftables") === true && "has nativeNftables",
      ),
    remedy: "update the nodes' system first",
    source: releaseNote("58492"),
  }),
  note({
    id: "31-13",
    range: since("1.31"),
    verdict: "inform",
    title: "settings that 1.31 no longer has",
    evidence: "variables of istiod and proxies that 1.31 does not know",
    reads: settingPlaces,
    find: (seen) => removedHits(seen, "1.31"),
    remedy: "remove them; gateways write their second span",
    source: upgradeNotes("1.31"),
    proof: "istiod",
  }),
  note({
    id: "31-p1",
    range: ">=1.31.1",
    verdict: "refuse",
    title:
      "1.31.1 fetches no keys from link-local addresses, takes an empty workloadSelector for nothing, and lets BackendTLSPolicies fail closed",
    evidence: "RequestAuthentications, ServiceEntries, and the status of BackendTLSPolicies",
    reads: ["requestAuthentications", "serviceEntries", "backendTlsPolicies"],
    find: ({ requestAuthentications, serviceEntries, backendTlsPolicies }) => [
      ...each("RequestAuthentication", requestAuthentications, ({ spec }) => {
        const rule = spec?.jwtRules?.find(({ jwksUri }) => isLinkLocal(jwksUri));
        return rule && "has a jwksUri at a link-local address";
      }),
      ...each(
        "ServiceEntry",
        serviceEntries,
        ({ spec }) =>
          spec?.workloadSelector !== undefined &&
          Object.keys(spec.workloadSelector.labels ?? {}).length === 0 &&
          "has an empty workloadSelector, which then selects nothing",
      ),
      ...backendTlsPolicies
        .filter(({ status }) =>
          status?.ancestors?.some(({ conditions = [] }) =>
            conditions.some(({ type, status: is }) => type === "ResolvedRefs" && is === "False"),
          ),
        )
        .map((one) => ({ object: nameOf("BackendTLSPolicy", one), says: "has references that do not resolve" })),
    ],
    remedy: "correct the object, or stay at 1.31.0 until then",
    source: "https://istio.io/latest/news/releases/1.31.x/announcing-1.31.1/",
  }),
];
