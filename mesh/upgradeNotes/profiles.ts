import { compareMinors } from "../istio/releases";
import { each, valueAt } from "./look";
import { note, onlyMinor, istioFile, type ReadableNote } from "./note";
import { oldestProfiles } from "./removedSettings";

/** The compatibility profile that values ask for; `undefined` where they ask for none. */
export const profileOf = (values: unknown): string | undefined => {
  const asked = valueAt(values, "compatibilityVersion") ?? valueAt(values, "global.compatibilityVersion");
  return typeof asked === "string" && asked !== "" ? asked : undefined;
};

/** Whether the charts of a minor lack a profile; newer minors than the data are taken to have what the last one has. */
export function lacksProfile(minor: string, profile: string): boolean {
  const known = oldestProfiles[minor];
  return known !== undefined && /^1\.\d+$/.test(profile) && compareMinors(profile, known) < 0;
}

/** The note of a minor whose charts drop a compatibility profile. */
export const profileNote = (minor: `1.${number}`): ReadableNote =>
  note({
    id: `${minor.slice(2) as `${number}`}-profile`,
    range: onlyMinor(minor),
    verdict: "refuse",
    title: `the charts of ${minor} have no compatibility profile below ${oldestProfiles[minor] ?? ""}`,
    evidence: "value compatibilityVersion of the Helm releases",
    reads: ["releases"],
    find: ({ releases }) =>
      each("Helm release", releases, ({ values }) => {
        const profile = profileOf(values);
        return profile !== undefined && lacksProfile(minor, profile) && `asks for compatibilityVersion ${profile}`;
      }),
    remedy: "remove compatibilityVersion, or name a profile that is there; else Helm fails half-way",
    source: istioFile(`release-${minor}`, "manifests/helm-profiles"),
  });
