import { PolicyPack } from "@pulumi/policy";
import { policies } from "./pack";

new PolicyPack("jam-istio", {
  enforcementLevel: "mandatory",
  policies: policies.map(({ name, description, ...rule }) =>
    "ofStack" in rule
      ? {
          name,
          description,
          validateStack: ({ resources }, say) => {
            for (const text of rule.ofStack(resources)) say(text);
          },
        }
      : {
          name,
          description,
          validateResource: (resource, say) => {
            for (const text of rule.ofResource(resource)) say(text);
          },
        },
  ),
});
