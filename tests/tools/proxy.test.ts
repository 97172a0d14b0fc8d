import assert from "node:assert/strict";
import { proxyFor } from "../../tools/proxy";

const proxy = "http://proxy.example:3128";
const both = { HTTPS_PROXY: proxy, HTTP_PROXY: "http://plain.example:8080" };

describe("the proxy for a URL", () => {
  for (const [name, url, env, expected] of [
    ["none is named", "https://a.example/", {}, undefined],
    ["an empty one is none", "https://a.example/", { HTTPS_PROXY: "" }, undefined],
    ["https has its own", "https://a.example/x", both, proxy],
    ["http has its own", "http://a.example", both, "http://plain.example:8080"],
    ["https is not sent through http's", "https://a.example", { HTTP_PROXY: proxy }, undefined],
    ["small letters count", "https://a.example", { https_proxy: proxy }, proxy],
    ["capitals count first", "https://a.example", { HTTPS_PROXY: proxy, https_proxy: "http://b" }, proxy],
    ["it may be without http://", "https://a.example", { HTTPS_PROXY: "proxy.example:3128" }, proxy],
    ["one that is no address is none", "https://a.example", { HTTPS_PROXY: "http://[" }, undefined],
    ["a URL of another kind has none", "oci://a.example", both, undefined],
    ["loopback never has one: its name", "https://localhost:6443", both, undefined],
    ["loopback never has one: its addresses", "https://127.8.0.1:6443", both, undefined],
    ["loopback never has one: its IPv6 address", "https://[::1]:6443", both, undefined],
  ] as const)
    it(name, () => {
      assert.equal(proxyFor(url, env), expected);
    });
});

describe("NO_PROXY", () => {
  for (const [list, url, through] of [
    ["a.example", "https://a.example", false],
    ["A.Example", "https://a.example", false],
    ["a.example", "https://b.a.example", false],
    ["a.example", "https://ba.example", true],
    [".a.example", "https://b.a.example", false],
    [".a.example", "https://a.example", true],
    ["*.a.example", "https://b.a.example", false],
    ["*.a.example", "https://a.example", true],
    ["x, a.example ,", "https://a.example", false],
    ["a.example:443", "https://a.example", false],
    ["a.example:6443", "https://a.example", true],
    ["a.example:6443", "https://a.example:6443", false],
    ["*", "https://a.example", false],
    ["10.0.0.0/8", "https://10.1.2.3:6443", false],
    ["10.0.0.0/8", "https://11.1.2.3:6443", true],
    ["10.0.0.0/99", "https://10.1.2.3", true],
    ["fd00::/8", "https://[fd00::1]", false],
    ["10.1.2.3", "https://10.1.2.3:6443", false],
    ["10.1.2.3:443", "https://10.1.2.3:6443", true],
    ["[fd00::1]:6443", "https://[fd00::1]:6443", false],
    ["2.3", "https://10.1.2.3", true],
    ["", "https://a.example", true],
    [":443", "https://a.example", true],
  ] as const)
    it(`"${list}" lets ${url} ${through ? "go through it" : "go without it"}`, () => {
      assert.equal(proxyFor(url, { ...both, NO_PROXY: list }), through ? proxy : undefined);
    });
});
