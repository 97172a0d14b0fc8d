import { plainCredentials } from "../mesh/install/plainCredentials";
import { unreadable, versionOf } from "../mesh/istio/images";
import { isMap } from "./raw";
import { when, type Given, type Problem, type RuleOf } from "./rule";

/** The charts' values of a stack, by the key that a person writes. */
function valuesOf({ istio, kiali }: Given): Readonly<Record<string, unknown>> {
  return {
    "istio.values": istio?.values,
    "istio.cni.values": istio?.cni.values,
    "istio.ztunnel.values": istio?.ztunnel.values,
    "istio.gateway.values": istio?.gateway.values,
    "kiali.values": kiali?.values,
  };
}

const credentialText =
  "values stand in clear in Helm's record, in the stack's state and in what render writes. Put it into a Kubernetes Secret in " +
  "istio-system and give the chart that Secret's name; where it is none, or the chart takes it in no other way, acknowledge " +
  "plain-credentials in istio.allow";

/** Values that look like credentials. What they are is never said. */
export const credentials: RuleOf = (given) => {
  if (given.istio === undefined || given.istio.allow.includes("plain-credentials")) return [];
  return Object.entries(valuesOf(given)).flatMap(([key, values]) =>
    plainCredentials(values).map(({ path, what }) => ({ path: `${key}${path}`, text: `${what}: ${credentialText}` })),
  );
};

// Where the charts read an image from; a tag elsewhere is that of another program, such as Kiali or Prometheus.
const imageMaps: Readonly<Record<string, readonly string[]>> = {
  "istio.values": ["", "global", "pilot"],
  "istio.cni.values": ["", "global", "cni"],
  "istio.ztunnel.values": ["", "global"],
};

const otherImages = "or acknowledge other-images in istio.allow";

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** What a map of values says of the version of Istio's images. */
function judgeVersion({ tag, image }: Record<string, unknown>, path: string, version: string): readonly Problem[] {
  const judged = (key: string, reference: string) => {
    const found = versionOf(reference);
    return when(
      found !== unreadable && found !== version,
      `${path}.${key}`,
      `${found} is not istio.version ${version}: the chart would run images that it was not made for. Leave it out and set ` +
        `istio.version, ${otherImages}`,
    );
  };
  return [...judged("tag", `image:${textOf(tag)}`), ...judged("image", textOf(image))];
}

/** The registry of all charts, said twice. One for a single image or a single chart is a person's own. */
function judgeHub(values: Record<string, unknown>, hub: string | undefined): readonly Problem[] {
  const other = isMap(values["global"]) ? textOf(values["global"]["hub"]) : "";
  return when(
    hub !== undefined && other !== "" && other !== hub,
    "istio.values.global.hub",
    `is not istio.hub, from which the mesh's other charts take their images: leave it out, ${otherImages}`,
  );
}

/** Tags and registries in values that contradict `istio.version` and `istio.hub`. */
export const images: RuleOf = (given) => {
  const { istio } = given;
  if (istio === undefined || istio.allow.includes("other-images")) return [];
  const all = valuesOf(given);
  const versions = Object.entries(imageMaps).flatMap(([key, maps]) => {
    const values = all[key];
    return maps.flatMap((name) => {
      const map = !isMap(values) || name === "" ? values : values[name];
      return isMap(map) ? judgeVersion(map, name === "" ? key : `${key}.${name}`, istio.version) : [];
    });
  });
  return [...versions, ...judgeHub(istio.values, istio.hub)];
};
