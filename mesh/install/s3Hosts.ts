/**
 * Domains of AWS' partitions that have one of their own, by how their regions begin; all others, GovCloud among them, share
 * amazonaws.com. As AWS' SDK has them (partitions of its `util-endpoints`, seen in November 2026).
 */
const domains: readonly (readonly [string, string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-isof-", "csp.hci.ic.gov"],
];

/** Hosts of S3 in a region: SDKs put the bucket's name before the endpoint. */
export function s3Hosts(region: string): readonly string[] {
  const domain = domains.find(([start]) => region.startsWith(start))?.[1] ?? "amazonaws.com";
  const endpoint = `s3.${region}.${domain}`;
  return [endpoint, `*.${endpoint}`];
}
