import assert from "node:assert/strict";
import { itFinds, only, pod, service } from "./support";

const memcached = (name: string, more: object = {}) => service("memcached", [{ name, port: 11211, ...more }]);
const web = service("web", [
  { name: "http-web", port: 80 },
  { name: "tcp-raw", port: 7000 },
]);

describe("doctor: Services", () => {
  itFinds([
    {
      title: "memcached on a port named for HTTP/2",
      hit: "wrong-protocol Service dev701/memcached",
      of: { services: [memcached("http2-cache")] },
      near: { services: [memcached("tcp-cache")] },
    },
    {
      title: "by appProtocol, which wins over the name",
      hit: "wrong-protocol Service dev701/memcached",
      of: { services: [memcached("tcp-cache", { appProtocol: "http" })] },
      // The classic layout's versions do not read it.
      near: { services: [memcached("tcp-cache", { appProtocol: "http" })], layout: "classic" },
    },
    {
      title: "by the image, where the port's number says nothing",
      hit: "wrong-protocol Service dev701/cache",
      of: {
        services: [service("cache", [{ name: "http-cache", port: 9999 }])],
        pods: [pod("cache", { image: "docker.io/library/redis:7" })],
      },
      near: {
        services: [service("cache", [{ name: "http-cache", port: 9999 }])],
        pods: [pod("cache", { image: "docker.io/example/redis-ui:7" })],
      },
    },
    {
      title: "a mail server on an unnamed port",
      hit: "server-speaks-first Service dev701/mail",
      of: { services: [service("mail", [{ port: 587 }])] },
      // Istio knows these by their numbers; with those the client speaks first.
      near: {
        services: [service("mail", [{ port: 25 }]), service("db", [{ port: 3306 }]), service("pg", [{ port: 5432 }])],
      },
    },
    {
      title: "two Services over the same pods",
      hit: "port-two-protocols Service dev701/b",
      of: {
        services: [
          service("a", [{ name: "http-a", port: 80, targetPort: 8080 }]),
          {
            metadata: { name: "b", namespace: "dev701" },
            spec: { selector: { app: "a" }, ports: [{ name: "tcp-b", port: 81, targetPort: 8080 }] },
          },
        ],
        pods: [pod("a")],
      },
      near: {
        services: [
          service("a", [{ name: "http-a", port: 80, targetPort: 8080 }]),
          {
            metadata: { name: "b", namespace: "dev701" },
            spec: { selector: { app: "a" }, ports: [{ name: "tcp-b", port: 81, targetPort: 8081 }] },
          },
        ],
        pods: [pod("a")],
      },
    },
    {
      title: "a targetPort by a name that no container has",
      hit: "target-port-unknown Service dev701/web",
      of: { services: [service("web", [{ name: "http", targetPort: "www" }])], pods: [pod("web")] },
      near: {
        services: [service("web", [{ name: "http", targetPort: "www" }])],
        pods: [pod("web", { container: { ports: [{ name: "www", containerPort: 8080 }] } })],
      },
    },
    {
      title: "pods, and none is ready",
      hit: "no-endpoints Service dev701/web",
      of: { services: [web], pods: [pod("web", { ready: false })] },
      near: { services: [web, service("scaled-down", [{ name: "http" }])], pods: [pod("web")] },
    },
  ]);

  it("the remedy is a command that names the port as it should be", () => {
    const byNumber = only({ services: [memcached("http2-cache")] });
    assert.deepEqual([byNumber.severity, /by its number it is memcached/.test(byNumber.sentence)], ["warning", true]);
    const { remedy, sentence, severity } = only({
      services: [memcached("http2-cache")],
      pods: [pod("memcached", { image: "registry.example.com/doc-memcached:1.6" })],
    });
    assert.equal(severity, "error");
    assert.match(sentence, /port 11211 \(http2-cache\) says http2-cache, so sidecars read HTTP there; it is memcached/);
    assert.equal(
      remedy,
      `kubectl -n dev701 patch service memcached --type json -p '[{"op":"add","path":"/spec/ports/0/name","value":"tcp-memcached-11211"}]'`,
    );
  });

  it("of another namespace nothing is judged", () => {
    only({ services: [memcached("http2-cache"), service("memcached", [{ name: "http", port: 11211 }], "other")] });
  });
});
