// Hosts of services outside the mesh, over all the sections that name some.
import { checkRows, checkValid, classic, type Config } from "./config";

const one = (more: object): Config => ({
  ...classic,
  externalServices: [{ name: "geo", hosts: ["geo.example.com"], ports: [{ number: 443, protocol: "TLS" }], ...more }],
});

describe("settings: hosts outside the mesh", () => {
  checkRows([
    {
      name: "a host cannot be listed twice",
      config: one({ hosts: ["geo.example.com", "maps.example.com", "geo.example.com"] }),
      problems: ["externalServices[0].hosts: geo.example.com is listed twice"],
    },
    {
      name: "a Service of the cluster is not outside the mesh",
      config: {
        ...one({ hosts: ["geo.example.com", "db.dev701.svc.cluster.local", "*.dev701.svc"], resolution: "NONE" }),
        mysql: { external: true, externalHostName: "mysql.dev701.svc" },
        mail: { external: true, externalHostName: "smtp.mail.svc.cluster.local" },
      },
      problems: [
        ["mysql.externalHostName", "mysql.dev701.svc"],
        ["mail.externalHostName", "smtp.mail.svc.cluster.local"],
        ["externalServices[0].hosts[1]", "db.dev701.svc.cluster.local"],
        ["externalServices[0].hosts[2]", "*.dev701.svc"],
      ].map(
        ([key = "", host = ""]) =>
          `${key}: "${host}" is a Service of the cluster, which the mesh knows without an entry; leave it out, or name a host outside`,
      ),
    },
  ]);
  checkValid([
    {
      name: "svc is a label as any other in a name outside",
      config: one({ hosts: ["geo.svc.example.com", "svc.example.com", "geo.mysvc.example.com"] }),
    },
    {
      name: "a database in the cluster keeps its name for later",
      config: { ...classic, mysql: { external: false, externalHostName: "mysql.dev701.svc" } },
    },
  ]);
});
