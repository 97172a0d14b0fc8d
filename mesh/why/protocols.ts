/** A protocol that can be told by its first bytes. */
export interface Protocol {
  readonly name: string;
  /** What a client says first, a character a byte; empty where the server speaks first. */
  readonly hello: string;
  /** Whether an answer to that is the protocol's. */
  readonly is: (answer: string) => boolean;
  /** What the name of a Service's port has to begin with, so that Istio takes it as it is. */
  readonly portName: string;
}

const bytes = (...codes: readonly number[]) => String.fromCharCode(...codes);

/**
 * The protocols, those first whose answer is the surest.
 * @see https://github.com/memcached/memcached/blob/master/doc/protocol.txt and protocol-binary.xml beside it
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html SSLRequest
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-3.4
 */
export const protocols: readonly Protocol[] = [
  {
    name: "memcached",
    hello: "version\r\n",
    is: (answer) => answer.startsWith("VERSION "),
    portName: "tcp",
  },
  {
    // With SASL it speaks this alone, and hangs up on everything else.
    name: "memcached",
    hello: bytes(0x80, 0x0b) + "\0".repeat(22),
    is: (answer) => answer.startsWith(bytes(0x81, 0x0b)),
    portName: "tcp",
  },
  {
    name: "Redis",
    hello: "PING\r\n",
    is: (answer) => /^(\+PONG|-NOAUTH|-DENIED|-LOADING)/.test(answer),
    portName: "tcp",
  },
  {
    name: "PostgreSQL",
    hello: bytes(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f),
    is: (answer) => answer === "S" || answer === "N",
    portName: "tcp",
  },
  {
    name: "HTTP/2",
    hello: `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${bytes(0, 0, 0, 4, 0, 0, 0, 0, 0)}`,
    // A frame SETTINGS of stream 0.
    is: (answer) => answer.length >= 9 && answer.charCodeAt(3) === 4 && answer.slice(5, 9) === "\0\0\0\0",
    portName: "http2",
  },
];

/** Those whose server speaks first. */
export const greetings: readonly Protocol[] = [
  {
    name: "MySQL",
    hello: "",
    // A packet of number 0: the handshake of version 10, or an error instead of it.
    is: (answer) => answer.charCodeAt(3) === 0 && [0x0a, 0xff].includes(answer.charCodeAt(4)),
    portName: "tcp",
  },
  { name: "SMTP", hello: "", is: (answer) => /^220[ -]/.test(answer), portName: "tcp" },
  { name: "SSH", hello: "", is: (answer) => answer.startsWith("SSH-"), portName: "tcp" },
];

/** Whether an answer to a TLS hello is TLS: a handshake, or an alert. */
export const isTls = (answer: string) => [0x15, 0x16].includes(answer.charCodeAt(0)) && answer.charCodeAt(1) === 3;
