import { counted, each, isBelow, policiesOf, sidecarVersion } from "../look";
import { issue, note, only, releaseNote, type Note } from "../note";

// Patches of 1.30 that are known to be bad.

export const notes: readonly Note[] = [
  note({
    id: "30-p1",
    range: only("1.30.0", "1.30.1"),
    verdict: "refuse",
    title: "1.30.0 and 1.30.1 send proxies below 1.29.2 a listener that they refuse",
    evidence: "proxies below 1.29.2",
    reads: ["pods"],
    find: ({ pods }) =>
      counted(
        pods.filter((pod) => isBelow(sidecarVersion(pod), "1.29.2")),
        "have a proxy below 1.29.2",
      ),
    remedy: "go to 1.30.2 or newer",
    source: issue(60486),
  }),
  note({
    id: "30-p2",
    range: only("1.30.0", "1.30.0"),
    verdict: "refuse",
    title: "1.30.0 sends nothing to new endpoints of a service with consistentHash",
    evidence: "DestinationRules with consistentHash",
    reads: ["destinationRules"],
    find: ({ destinationRules }) =>
      each(
        "DestinationRule",
        destinationRules,
        (rule) =>
          policiesOf(rule).some(([, { loadBalancer }]) => loadBalancer?.consistentHash !== undefined) &&
          "has consistentHash",
      ),
    remedy: "go to 1.30.1 or newer",
    source: releaseNote("60312"),
  }),
  note({
    id: "30-p3",
    range: only("1.30.0", "1.30.2"),
    verdict: "warn",
    title: "1.30.0 to 1.30.2 push configuration to every proxy when only the metadata of a VirtualService changes",
    evidence: "more than 100 VirtualServices",
    reads: ["virtualServices"],
    find: ({ virtualServices }) =>
      virtualServices.length > 100
        ? [{ object: `${String(virtualServices.length)} VirtualServices`, says: "make this costly" }]
        : [],
    remedy: "go to 1.30.3 or newer",
    source: issue(60629),
  }),
  {
    id: "30-p4",
    range: "<=1.29.6 || >=1.30.0-0 <=1.30.3",
    ofTarget: true,
    title: "istiod calls itself ready before its webhooks are",
    elsewhere: "what creates pods right after istiod, and does not try again",
    remedy: "try again",
    source: issue(61049),
  },
  {
    id: "30-p5",
    range: "<1.30.4 || >=1.31.0-0 <=1.31.0",
    ofTarget: true,
    title: "Envoy has 13 known weaknesses (ISTIO-SECURITY-2026-006)",
    elsewhere: "whether people that you do not trust can send or receive requests in the mesh",
    remedy: "go to 1.30.4 or 1.31.1",
    source: "https://istio.io/latest/news/security/istio-security-2026-006/",
  },
];
