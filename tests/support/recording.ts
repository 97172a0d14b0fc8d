import assert from "node:assert/strict";
import type { Recording, Registration } from "../../render/record";

/** A registration's name in tests: the last part of its type and its name, such as `Release istio-init`. */
export const keyOf = ({ type, name }: Registration) => `${type.split(":").at(-1) ?? ""} ${name}`;

/** The names of all registrations, sorted. */
export const keysOf = ({ registrations }: Recording) => registrations.map(keyOf).sort();

/** The registration of that name. @throws AssertionError unless there is exactly one */
export function find({ registrations }: Recording, key: string): Registration {
  const found = registrations.filter((registration) => keyOf(registration) === key);
  const [only] = found;
  assert.ok(only !== undefined && found.length === 1, `${String(found.length)} registrations are called ${key}`);
  return only;
}

/** URNs that come before a registration, directly or not. */
export function ancestors(recording: Recording, urn: string): ReadonlySet<string> {
  const byUrn = new Map(recording.registrations.map((registration) => [registration.urn, registration]));
  const seen = new Set<string>();
  const left = [urn];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const dependency of byUrn.get(next)?.dependencies ?? []) {
      if (seen.has(dependency)) continue;
      seen.add(dependency);
      left.push(dependency);
    }
  }
  return seen;
}

/** Asserts that each of the named registrations comes before the next one. */
export function assertOrder(recording: Recording, keys: readonly string[]): void {
  assert.ok(keys.length > 1, "an order has two members or more");
  keys.slice(1).forEach((later, at) => {
    const earlier = keys[at] ?? "";
    const before = ancestors(recording, find(recording, later).urn);
    assert.ok(before.has(find(recording, earlier).urn), `${later} does not wait for ${earlier}`);
  });
}

/** All registrations of Kubernetes resources; the provider is none. */
export const kubernetesResources = ({ registrations }: Recording) =>
  registrations.filter(({ type }) => type.startsWith("kubernetes:"));

/** A release's inputs without its description, which is unknown in a preview and tested by itself. */
export function releaseInputs(recording: Recording, name: string): Readonly<Record<string, unknown>> {
  const { description, ...inputs } = find(recording, `Release ${name}`).inputs;
  assert.equal(typeof description, "string");
  return inputs;
}

/** What the SDK adds to every release. */
export const sdkReleaseInputs = { compat: "true" };
