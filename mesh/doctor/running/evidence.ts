// What running programs say, beside what objects say.

/** What a proxy says of itself. */
export interface ProxyEvidence {
  /** `namespace/pod`. */
  readonly pod: string;
  /** Loggers, each with its level. */
  readonly loggers: Readonly<Record<string, string>>;
}

/** What went wrong with calls, by a proxy's own counters. */
export type CountedTrouble =
  /** A call to a host that is not known, where only known ones are let through. */
  | "blocked"
  /** The other side closed the connection while a request was on it. */
  | "cut"
  /** More connections or requests than a DestinationRule allows. */
  | "overflowed";

/** Calls of one kind to one host, since the proxy started. */
export interface Counted {
  readonly trouble: CountedTrouble;
  /** Host, where the counter names one. */
  readonly host: string;
  readonly count: number;
}

/** The counters of a proxy, of which most have none by default. */
export interface ProxyCounters {
  /** `namespace/pod`. */
  readonly pod: string;
  /** How long it runs, in seconds. */
  readonly uptime?: number | undefined;
  readonly counted: readonly Counted[];
  /** Hosts of which it has as many connections or requests as it may, at this moment. */
  readonly full: readonly string[];
}

/** Addresses that a proxy passes over at this moment, because they failed. */
export interface Ejected {
  /** `namespace/pod`. */
  readonly pod: string;
  readonly cluster: string;
  readonly addresses: readonly string[];
}

/** A socket that waits for connections. */
export interface Listener {
  readonly port: number;
  /** Whether only programs of the same pod can reach it. */
  readonly local: boolean;
}

/** What listens in a pod's network. */
export interface PodListeners {
  /** `namespace/pod`. */
  readonly pod: string;
  readonly listeners: readonly Listener[];
}

/** A Secret that a Gateway names, without what it holds. */
export interface GatewaySecret {
  readonly namespace: string;
  readonly name: string;
  /** Whether it is there. */
  readonly found: boolean;
  /** Names of the keys that have a value. */
  readonly keys: readonly string[];
  /** Its certificate, where one can be read. */
  readonly certificate?: {
    /** ISO 8601. */
    readonly start: string;
    readonly end: string;
    /** DNS names that it is for. */
    readonly names: readonly string[];
    /** Whether the private key is the certificate's. */
    readonly fits: boolean;
  };
}
