/** A fault of HTTP. */
export const abort = { type: "httpAbort", host: "ct-webapp", httpStatus: 503, sourceLabels: { app: "ps" } };

/** One of each kind, and two on one host. */
export const all = [
  { type: "httpDelay", host: "ct-webapp", prefix: "/auth", fixedDelay: "7s", sourceLabels: { app: "ps" } },
  abort,
  { type: "tcpRedirect", host: "memcached", ports: [11211, 11212], everyone: true },
  { type: "tcpRedirect", host: "doc-memcached", ports: [11211], everyone: true },
  { type: "externalHost", service: "mysql", everyone: true },
  { type: "externalHost", service: "bucket", everyone: true },
  { type: "externalHost", service: "mail", mode: "hang", everyone: true },
];
