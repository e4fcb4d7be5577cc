import { describe, expect, it } from "vitest";
import { exposition } from "../observe/metrics.ts";
import { ServerMetrics } from "../observe/server-metrics.ts";
import { parseAllow } from "./allow.ts";
import { createOutbound, type OutboundPorts } from "./outbound.ts";
import { certificate } from "./testing/certificate.ts";
import { lyingResolver } from "./testing/lying-resolver.ts";
import { rawReceiver, receiver } from "./testing/receiver.ts";
import { watchedOutbound } from "./watched.ts";

const loopback = async () => ["127.0.0.1"];

/** A way out that trusts the test's certificate and finds `hook.example` on this machine. */
const outboundTo = (port: number, ports: Partial<OutboundPorts> = {}) =>
  createOutbound({ allow: parseAllow(`127.0.0.1:${port}`), resolve: loopback, ca: certificate, ...ports });

describe("a request of the server's", () => {
  it("goes to the address that was checked, with the name in TLS and Host", async () => {
    await using hook = await receiver();
    const url = `https://hook.example:${hook.port}/a?b=c`;
    const outcome = await outboundTo(hook.port).send({ url, method: "POST", body: "{}", headers: { "x-y": "z" } });
    expect(outcome).toMatchObject({ kind: "answered", status: 204, body: "", isCut: false });
    expect(hook.received).toMatchObject([
      { method: "POST", path: "/a?b=c", body: "{}", headers: { host: `hook.example:${hook.port}`, "x-y": "z" } },
    ]);
  });

  it("is refused where the certificate is another name's, whatever the address", async () => {
    await using hook = await receiver();
    const outcome = await outboundTo(hook.port).send({ url: `https://other.example:${hook.port}/` });
    expect(outcome).toMatchObject({ kind: "failed", reason: "certificate" });
    expect(hook.received).toEqual([]);
  });

  it("is refused where nobody vouches for the certificate", async () => {
    await using hook = await receiver();
    const { send } = createOutbound({ allow: parseAllow(`127.0.0.1:${hook.port}`), resolve: loopback });
    expect(await send({ url: `https://hook.example:${hook.port}/` })).toMatchObject({ reason: "certificate" });
  });

  it.each([301, 302, 303, 307, 308])("F42: follows no redirect, and %i is the answer", async (status) => {
    await using target = await receiver();
    await using hook = await receiver((response) => {
      response.writeHead(status, { location: `https://127.0.0.1:${target.port}/` }).end();
    });
    const outcome = await outboundTo(hook.port).send({ url: `https://hook.example:${hook.port}/` });
    expect(outcome).toMatchObject({ kind: "answered", status });
    expect(target.connections()).toBe(0);
  });

  it("reads at most 64 KiB and hangs up on an answer without an end", async () => {
    await using hook = await receiver((response) => {
      const more = () => {
        while (response.write("x".repeat(16_384)));
      };
      response.on("drain", more);
      more();
    });
    const outcome = await outboundTo(hook.port).send({ url: `https://hook.example:${hook.port}/` });
    expect(outcome).toMatchObject({ kind: "answered", status: 200, isCut: true, body: "x".repeat(65_536) });
  });

  it.each([
    ["takes a connection and is silent", () => {}],
    [
      "sends a header a piece at a time",
      (socket: { write(text: string): void }) => socket.write("HTTP/1.1 200 OK\r\nx-a"),
    ],
    [
      "begins a body and stalls",
      (socket: { write(text: string): void }) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
    ],
  ])("waits no longer than its time for one that %s", async (_what, greet) => {
    await using hook = await rawReceiver(greet);
    const { send } = outboundTo(hook.port, { timeoutMs: 200 });
    expect(await send({ url: `http://hook.example:${hook.port}/` })).toMatchObject({
      kind: "failed",
      reason: "timeout",
    });
  });

  it.each([
    ["hangs up", ""],
    ["speaks something else", "220 smtp ready\r\n"],
    ["changes the protocol", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"],
    ["contradicts itself", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    ["hangs up half-way", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"],
  ])("fails where the other side %s", async (_what, answer) => {
    await using hook = await rawReceiver((socket) => {
      socket.once("data", () => socket.end(answer));
    });
    const outcome = await outboundTo(hook.port).send({ url: `http://hook.example:${hook.port}/` });
    expect(outcome).toMatchObject({ kind: "failed", reason: "no answer" });
  });

  it("fails where nobody listens", async () => {
    const gone = await receiver();
    await gone[Symbol.asyncDispose]();
    const outcome = await outboundTo(gone.port).send({ url: `https://hook.example:${gone.port}/` });
    expect(outcome).toMatchObject({ kind: "failed", reason: "unreachable" });
  });

  it("waits no longer than its time for a name", async () => {
    const { send } = createOutbound({ allow: [], timeoutMs: 50, resolve: () => new Promise(() => {}) });
    expect(await send({ url: "https://slow.example/" })).toMatchObject({ kind: "refused", reason: "unresolved" });
  });
});

describe("A11, A17, F42: a name that changes", () => {
  it("is refused when saved and when sent where it leads within, and nobody is connected to", async () => {
    await using hook = await receiver();
    await using names = await lyingResolver(["127.0.0.1"]);
    const told: unknown[] = [];
    const metrics = new ServerMetrics();
    const log = { warn: (...line: unknown[]) => void told.push(line) };
    const ended = watchedOutbound({ metrics, log });
    const { check, send } = createOutbound({ allow: [], resolve: names.resolve, ended });
    const url = "https://rebind.example/secret/path?token=secret";
    expect(await check(url)).toMatchObject({ reason: "not public" });
    expect(await send({ url })).toMatchObject({ kind: "refused", reason: "not public" });
    expect(hook.connections()).toBe(0);
    const line = [{ host: "rebind.example", reason: "not public" }, expect.stringContaining("refused")];
    expect(told).toEqual([line, line]);
    expect(exposition([metrics.outboundRequests])).toContain('{result="refused"} 2');
  });

  it("was public when it was saved, and is refused when it is sent", async () => {
    await using names = await lyingResolver(["93.184.215.14"], ["169.254.169.254"]);
    const { check, send } = createOutbound({ allow: [], resolve: names.resolve });
    expect(await check("https://rebind.example/")).toBeUndefined();
    expect(await send({ url: "https://rebind.example/" })).toMatchObject({ reason: "not public" });
    expect(names.asked()).toBe(2);
  });

  it("is refused where one good address stands beside a bad one", async () => {
    await using names = await lyingResolver(["93.184.215.14", "10.0.0.1"]);
    const { send } = createOutbound({ allow: [], resolve: names.resolve });
    expect(await send({ url: "https://rebind.example/" })).toMatchObject({ reason: "not public" });
  });

  it("is asked for once for each request: what was checked is what is connected to", async () => {
    await using good = await receiver();
    await using names = await lyingResolver(["127.0.0.1"], ["127.9.9.9"]);
    const { send } = outboundTo(good.port, { resolve: names.resolve });
    expect(await send({ url: `https://hook.example:${good.port}/` })).toMatchObject({ status: 204 });
    expect(names.asked()).toBe(1);
    expect(await send({ url: `https://hook.example:${good.port}/` })).toMatchObject({ reason: "not public" });
    expect(good.received).toHaveLength(1);
  });

  it("is found to be this machine by the machine's own name", async () => {
    const { check } = createOutbound({ allow: [] });
    expect(await check("https://localhost/")).toMatchObject({ reason: "not public" });
  });
});
