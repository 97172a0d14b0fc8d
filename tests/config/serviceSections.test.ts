// Each key by itself: the instance's services and its rollout. Rules over several keys: rules.test.ts.
import { checkRows, checkValid, type Row } from "./config";
import { kubernetesName } from "./texts";
import { configOf, right, wrong, wrongItem } from "./valueRows";

const host = "a full DNS name in lower case such as db.example.com, no IP address, no scheme, no port";
const repository = "an http(s) or oci URL without credentials, or a directory; {version} stands for the Istio version";
const port = "a whole number from 1 to 65535";
const region = "an AWS region such as eu-central-1";

const host253 = `${`${"a".repeat(63)}.`.repeat(3)}${"b".repeat(57)}.com`;
const wrongLongHost: Row = {
  name: "mysql.externalHostName: 254 characters are refused",
  config: configOf("mysql.externalHostName", `${host253}m`),
  problems: [`mysql.externalHostName: "${"a".repeat(56)}... is not allowed. Allowed: ${host}`],
};

describe("settings: kiali, mysql, dataStorage, mail, rollout", () => {
  checkRows([
    wrong("kiali", true, "a map with the keys enabled, username, chartRepository, values"),
    wrong("kiali.enabled", "true", "true or false"),
    wrong("kiali.username", "a b", "a name without spaces"),
    wrong("kiali.username", "", "a name without spaces"),
    wrong("kiali.chartRepository", "ftp://charts", repository),
    wrong("mysql", [], "a map with the keys external, externalHostName, addresses"),
    wrong("mysql.external", 1, "true or false"),
    wrong("mysql.externalHostName", "10.0.0.1", host),
    wrong("mysql.externalHostName", "db", host),
    wrong("mysql.externalHostName", "DB.example.com", host),
    wrong("mysql.externalHostName", "https://db.example.com", host),
    wrong("mysql.externalHostName", "db.example.com:3306", host),
    wrong("mysql.externalHostName", "*.example.com", host),
    wrong("mysql.externalHostName", "db.example.com.", host),
    wrongLongHost,
    wrong("mysql.addresses", "10.1.2.3", "a list of addresses"),
    wrongItem("mysql.addresses", "10.1.0.0/16", "an IP address such as 10.1.2.3, no range"),
    wrongItem("mysql.addresses", "db.example.com", "an IP address such as 10.1.2.3, no range"),
    wrong("dataStorage", "aws", "a map with the keys mode, region"),
    wrong("dataStorage.mode", "gcp", "aws or none"),
    wrong("dataStorage.region", "Frankfurt", region),
    wrong("dataStorage.region", "eu-central", region),
    wrong("dataStorage.region", "eu-central-1a", region),
    wrong("dataStorage.region", "https://s3.eu-central-1.amazonaws.com", region),
    wrong("mail", 25, "a map with the keys external, externalHostName, externalHostPort, addresses"),
    wrong("mail.external", "no", "true or false"),
    wrong("mail.externalHostName", "mail", host),
    wrong("mail.externalHostPort", 0, port),
    wrong("mail.externalHostPort", 65536, port),
    wrong("mail.externalHostPort", "587", port),
    wrongItem("mail.addresses", "10.1.2", "an IP address such as 10.1.2.3, no range"),
    wrong("rollout", false, "a map with the keys enabled, namespaces, parallel, timeoutSeconds, daemonSets"),
    wrong("rollout.enabled", "yes", "true or false"),
    wrong("rollout.parallel", 0, "a whole number from 1 to 100"),
    wrong("rollout.timeoutSeconds", 9, "a whole number from 10 to 7200"),
    wrong("rollout.daemonSets", "all", "true or false"),
    wrong("rollout.namespaces", "dev701", "a list of namespaces"),
    wrongItem("rollout.namespaces", "Dev", kubernetesName),
  ]);
  checkValid([
    right("kiali.username", "admin@example.com"),
    right("mysql", { external: false }),
    right("mysql", { external: true, externalHostName: host253 }),
    right("mysql", { external: true, externalHostName: "dev701-db.example.com" }),
    right("mysql", { external: true, externalHostName: "db.example.com", addresses: ["10.1.2.3", "fd00::7"] }),
    ...["us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"].map(
      (name) => right("dataStorage", { mode: "aws", region: name }),
    ),
    right("mail", {
      external: true,
      externalHostName: "m.example.com",
      externalHostPort: 65535,
      addresses: ["10.1.2.4"],
    }),
  ]);
});
