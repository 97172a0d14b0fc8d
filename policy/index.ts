import { PolicyPack, type ReportViolation } from "@pulumi/policy";
import { downgrade, faultsInProduction, faultsWithoutEnd, secretInValues } from "./rules";

const report = (violations: readonly (string | undefined)[], say: ReportViolation) => {
  for (const text of violations) if (text !== undefined) say(text);
};

new PolicyPack("jam-istio", {
  enforcementLevel: "mandatory",
  policies: [
    {
      name: "no-faults-in-production",
      description: "Faults are not injected into a production instance.",
      validateStack: ({ resources }, say) => {
        report(faultsInProduction(resources), say);
      },
    },
    {
      name: "faults-have-an-end",
      description: "Every fault has a time at which it ends.",
      validateResource: (resource, say) => {
        report(faultsWithoutEnd(resource), say);
      },
    },
    {
      name: "no-downgrade",
      description: "Istio is not downgraded.",
      validateResource: (resource, say) => {
        report([downgrade(resource)], say);
      },
    },
    {
      name: "no-plain-secret",
      description: "No value of a Helm release is a secret in clear.",
      validateResource: (resource, say) => {
        report(secretInValues(resource), say);
      },
    },
  ],
});
