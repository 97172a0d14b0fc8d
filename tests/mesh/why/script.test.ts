import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { httpAnswer, outcomeText, saidText } from "../../../mesh/why/answer";
import { protocolOf, tellingOpenings } from "../../../mesh/why/openings";
import { httpBytes, readRequest, requestText } from "../../../mesh/why/request";
import { readTalk, talkCommand } from "../../../mesh/why/script";
import { run } from "../../../tools/run";

/** Runs the script as a container would, against servers of this process. */
async function talk(port: number, hellos: readonly string[], host = "127.0.0.1", seconds = 20) {
  const [program = "", ...args] = talkCommand(
    host,
    port,
    hellos.map((hello) => ({ hello, seconds, rest: hello.startsWith("GET") ? 2 : 0 })),
  );
  return readTalk(hellos.length, await run(program, args, { seconds: 60 }));
}

describe("why: the script in the container", () => {
  const servers: Server[] = [];
  const serve = async (work: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      work(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  const endOf = async (port: number, seconds?: number) =>
    (await talk(port, ["x"], undefined, seconds)).conversations[0]?.end;
  after(() => {
    for (const server of servers) server.close();
  });

  it("brings back every byte that was said, and the address", async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    const hellos = [every.toString("latin1"), "100%s\\n'\"$(id)"];
    // What is said comes in pieces: it is answered once all of it is there.
    const port = await serve((socket) => {
      let heard = "";
      socket.setEncoding("latin1").on("data", (data: string) => {
        heard += data;
        if (hellos.includes(heard)) socket.end(heard, "latin1");
      });
    });
    const { address, conversations } = await talk(port, hellos);
    assert.equal(address, "127.0.0.1");
    assert.deepEqual(
      conversations.map(({ said }) => said),
      hellos,
    );
  });

  it("tells how a connection ends", async () => {
    const closes = await serve((socket) => socket.on("data", () => socket.end()));
    const resets = await serve((socket) => socket.on("data", () => socket.resetAndDestroy()));
    const silent = await serve(() => undefined);
    const gone = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const ends = await Promise.all([endOf(closes), endOf(resets), endOf(silent, 1), endOf(gone)]);
    assert.deepEqual(ends, ["closed", "reset", "silent", "refused"]);
    assert.equal((await talk(80, ["x"], "no-such-host.invalid")).conversations[0]?.end, "unresolved");
  });

  it("finds out what a server speaks", async () => {
    const told = async (work: (socket: Socket) => void) => {
      const hellos = tellingOpenings("\x16\x03\x01").map(({ hello }) => hello);
      return protocolOf((await talk(await serve(work), hellos)).conversations)?.name;
    };
    const answering = (says: (data: string) => string) => (socket: Socket) =>
      socket.on("data", (data) => socket.end(Buffer.from(says(data.toString("latin1")), "latin1")));
    assert.deepEqual(
      await Promise.all([
        told((socket) => socket.end("220 mail.example.com ESMTP\r\n")),
        told((socket) => socket.end(Buffer.from("4a0000000a352e37", "hex"))),
        told(answering((data) => (data === "version\r\n" ? "VERSION 1.6.21\r\n" : "ERROR\r\n"))),
        // With SASL: its binary protocol alone, and it hangs up on everything else.
        told(answering((data) => (data.startsWith("\x80\x0b") ? "\x81\x0b\0\0" : ""))),
        told(answering((data) => (data === "PING\r\n" ? "+PONG\r\n" : ""))),
        told(answering((data) => (data.startsWith("PRI * ") ? "\0\0\0\x04\0\0\0\0\0" : ""))),
        told(answering((data) => (data.startsWith("\x16") ? "\x15\x03\x03\0\x02\x02\x28" : ""))),
        told(answering(() => "HTTP/1.1 400 Bad Request\r\n\r\n")),
      ]),
      ["SMTP", "MySQL", "memcached", "memcached", "Redis", "HTTP/2", "TLS", undefined],
    );
  });
});

describe("why: what is asked, and what is shown of an answer", () => {
  it("a URL, or a host with a port", () => {
    const asked = ["http://ct-webapp/a?b=1", "https://api.example.com", "memcached:11211", "http://10.0.0.1:8080"];
    assert.deepEqual(
      asked.map((text) => requestText(readRequest(text))),
      ["http://ct-webapp:80/a?b=1", "https://api.example.com:443/", "memcached:11211", "http://10.0.0.1:8080/"],
    );
    assert.match(httpBytes(readRequest("http://a:8080/b")), /^GET \/b HTTP\/1\.1\r\nHost: a:8080\r\n/);
  });

  it("anything else is refused, and a password is not repeated", () => {
    for (const text of ["ct-webapp", "ftp://a/", "a:0", "a:99999", "", "http://"])
      assert.throws(() => readRequest(text), /Allowed|65535/);
    assert.throws(
      () => readRequest("http://me:hidden@a/"),
      (error: Error) => !error.message.includes("hidden"),
    );
  });

  it("a body in chunks is put together; nothing that a terminal obeys is shown", () => {
    const answer = httpAnswer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
    );
    assert.deepEqual([answer?.status, answer?.body], [200, "abcde"]);
    assert.equal(saidText("a\r\n\x1b[31mb\0"), "a .[31mb.");
    assert.equal(outcomeText({ end: "silent", said: "", ms: 15000 }), "connected, no answer after 15.0 s");
  });
});
