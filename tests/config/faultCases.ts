import { classic, type Config } from "./config";

/** Configs with faults, and one fault of each kind. */
export const faultInjection = (more: object): Config => ({ ...classic, faultInjection: more });
export const faults = (...list: readonly object[]): Config => faultInjection({ faults: list });
export const abort = { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true };
export const wait = { type: "httpDelay", host: "ct-webapp", fixedDelay: "7s", everyone: true };
export const redirect = { type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true };
export const external = { type: "externalHost", service: "mysql", everyone: true };
export const mysql = { external: true, externalHostName: "db.example.com" };
