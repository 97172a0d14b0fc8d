import { classic, type Config } from "./config";

/** A service outside the mesh that is valid, and another one. */
export const good = { name: "geo", hosts: ["geo.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
export const other = { name: "weather", hosts: ["weather.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
/** One that speaks TCP. */
export const tcp = (name: string, number: number, more: object = {}) => ({
  name,
  hosts: [`${name}.example.com`],
  ports: [{ number, protocol: "TCP" }],
  ...more,
});
/** A config with a list of services. */
export const services = (...list: readonly unknown[]): Config => ({ ...classic, externalServices: list });
/** A config with one service, in part as given. */
export const one = (more: object): Config => services({ ...good, ...more });
