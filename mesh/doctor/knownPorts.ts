/** A protocol that is none of HTTP's. */
export interface KnownProtocol {
  readonly name: string;
  /** Whether the server greets first: then nobody can wait for the client to tell the protocol. */
  readonly serverFirst: boolean;
}

const server = (name: string): KnownProtocol => ({ name, serverFirst: true });
const client = (name: string): KnownProtocol => ({ name, serverFirst: false });

/**
 * Ports that carry another protocol than HTTP by custom.
 * @see https://www.iana.org/assignments/service-names-port-numbers/
 */
const byNumber: Readonly<Record<number, KnownProtocol>> = {
  ...{ 21: server("FTP"), 22: server("SSH"), 25: server("SMTP"), 110: server("POP3"), 143: server("IMAP") },
  ...{ 389: client("LDAP"), 587: server("SMTP"), 636: client("LDAPS"), 993: client("IMAPS"), 465: client("SMTPS") },
  ...{ 1433: client("SQL Server"), 1521: client("Oracle"), 2181: client("ZooKeeper"), 3306: server("MySQL") },
  ...{ 4222: server("NATS"), 5432: client("PostgreSQL"), 5671: client("AMQPS"), 5672: client("AMQP") },
  ...{ 6379: client("Redis"), 9042: client("Cassandra"), 9092: client("Kafka"), 11211: client("memcached") },
  ...{ 27017: client("MongoDB"), 61616: server("ActiveMQ") },
};

const byImage: readonly (readonly [names: string, KnownProtocol])[] = [
  ["memcached", client("memcached")],
  ["mysql|mariadb|percona-server", server("MySQL")],
  ["redis|valkey|keydb", client("Redis")],
  ["postgres|postgresql", client("PostgreSQL")],
  ["mongo|mongodb", client("MongoDB")],
  ["openldap", client("LDAP")],
  ["kafka|cp-kafka", client("Kafka")],
];

/** The protocol of a port by its number; `undefined` where the number says nothing. */
export const protocolOfPort = (number: number): KnownProtocol | undefined => byNumber[number];

/** What goes with such a program, and speaks HTTP as a rule. */
const beside = /exporter|metrics|ui|admin|commander|insight|operator|backup|client|console/;

/** The protocol that a container's program speaks, by the name of its image; `undefined` where that says nothing. */
export function protocolOfImage(image: string): KnownProtocol | undefined {
  const name = /([^/:@]+)(?:[:@][^/]*)?$/.exec(image)?.[1] ?? "";
  if (beside.test(name)) return undefined;
  return byImage.find(([names]) => new RegExp(`(^|[-_.])(${names})($|[-_.])`).test(name))?.[1];
}
