import * as semver from "semver";
import { z } from "zod";
import { flag, isLabel, map, text } from "./fields";

/** The path of a file. */
export const filePath = (describe: string) =>
  text({
    allowed: "the path of a file, never its contents",
    describe,
    test: (value) => value.trim() !== "" && !/[\n{]/.test(value),
  });

// Helm takes `oci` in small letters alone.
const isUrl = (value: string) => /^https?:\/\//i.test(value) || value.startsWith("oci://");

const isRepository = (value: string) => {
  // No credentials in any form, and nothing that a URL reader would pass over.
  if (value !== value.trim() || value === "" || /[\p{Cc}@?#]|^\/\//u.test(value)) return false;
  return !/^[a-z][a-z\d+.-]+:/i.test(value) || (isUrl(value) && URL.canParse(value));
};

/** Where charts come from. */
export const repository = (describe: string) =>
  text({
    allowed: "an http(s) or oci URL without credentials, or a directory; {version} stands for the Istio version",
    describe,
    test: isRepository,
  });

// A port only behind the host; a colon anywhere else begins a tag.
const registryPart = "[a-z\\d]+(?:(?:[._]|__|-+)[a-z\\d]+)*";
const registry = new RegExp(`^${registryPart}(:\\d{1,5})?(/${registryPart})*$`);

/** An image registry with a path, before the images' own names. */
export const imageRegistry = (describe: string) =>
  text({
    allowed:
      "an image registry with its path such as docker.io/istio or registry.example.com:5000/istio, without https:// and without a tag",
    describe,
    test: (value) => registry.test(value),
  });

const versionText = (input: unknown) =>
  typeof input === "number"
    ? 'a version in quotes such as "1.4.6": without them YAML reads a number and turns 1.10 into 1.1'
    : 'a version x.y.z in quotes such as "1.4.6"';

/** A version of Istio. */
export const istioVersion = (describe: string) =>
  z
    .string({ error: (issue) => versionText(issue.input) })
    .refine((value) => semver.valid(value) === value && semver.prerelease(value) === null, {
      error: (issue) => versionText(issue.input),
    })
    .meta({ description: describe, allowed: versionText("") });

/** Values of a chart. */
export const values = (chart: string) =>
  z
    .record(z.string(), z.unknown(), { error: () => "a map of Helm values" })
    .meta({
      description: `Values for ${chart}; they win over the program's own. No secrets here.`,
      allowed: "a map of Helm values",
    })
    .default({});

const crdReleases = ["istio-init", "istio-base"];

/** Name of a Helm release. */
export const releaseName = (describe: string) =>
  text({
    allowed: "a name as Helm takes it: at most 53 of a-z, 0-9 and -; not istio-init or istio-base",
    describe,
    test: (value) => isLabel(value) && value.length <= 53 && !crdReleases.includes(value),
  }).optional();

/**
 * A part of the modern layout that is installed when asked for.
 * @param name its release's name, where the settings give it none
 */
export const component = (chart: string, name: string, describe: string) =>
  map(
    {
      enabled: flag("Whether it is installed.").default(false),
      values: values(`chart ${chart}`),
      releaseName: releaseName(
        `Name of its Helm release. Default: ${name}. For one that \`jam-istio adopt\` takes over; it cannot be changed later.`,
      ),
    },
    describe,
  ).prefault({});
