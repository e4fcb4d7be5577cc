import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpServer, type HttpServer } from "../../http/http-server.ts";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const RULESET = "/sdk/v1/ruleset";
const CONNECTIONS = "/api/v1/projects/default/environments/production/connections";

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: object;
  readonly body: string;
}

function send(port: number, { method = "GET", path = RULESET, headers, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        // The instant and how the body is cut into pieces are the connection's.
        const { date: _, "transfer-encoding": __, "content-length": ___, ...described } = response.headers;
        resolve({ status: response.statusCode, headers: described, body: Buffer.concat(chunks).toString("base64") });
      });
    });
    sent.on("error", reject).end(body);
  });
}

describe("the short way to the ruleset", () => {
  let api: Harness;
  let servers: readonly HttpServer[];
  let long: number;
  let short: number;
  let key: string;
  let client: string;
  /** Whether the short way answered, of each request that it was asked. */
  let took: boolean[];

  beforeEach(async () => {
    api = await createHarness({ logLevel: "debug" });
    took = [];
    key = api.keys.get("production") ?? "";
    client = await api.makeKey("client", "production");
    // Large enough to be compressed.
    const variants = ["on", "off"].map((name) => ({ key: name, value: name.repeat(1_000) }));
    await api.ask(`POST ${FLAGS}`, { body: { key: "a", type: "string", variants, clientSide: true } });
    const shortWay: Harness["shortWay"] = (incoming, outgoing) => {
      const answered = api.shortWay(incoming, outgoing);
      took.push(answered);
      return answered;
    };
    servers = [createHttpServer(api.app), createHttpServer(api.app, { shortWay })];
    [long = 0, short = 0] = await Promise.all(servers.map((server) => server.listen(0, "127.0.0.1")));
    // A key is proven by the route, and a body compressed for it.
    for (const text of [key, client]) await send(short, zipped(text));
    took.length = 0;
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop(0)));
  });

  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const zipped = (text: string) => ({ headers: { ...bearer(text), "accept-encoding": "gzip" } });
  const view = () => api.ledger.view("default", "production", "server");
  const tag = () => `"${view()?.epoch}-${view()?.revision}-${view()?.checksum}"`;
  const ask = async (asked: Asked) => {
    const answered = await send(short, asked);
    return { ...answered, took: took.at(-1) };
  };

  const usual: readonly [string, () => Asked][] = [
    ["whole", () => ({ headers: bearer(key) })],
    ["compressed", () => zipped(key)],
    [
      "by a client key, from a page",
      () => ({ headers: { ...zipped(client).headers, origin: "https://shop.example" } }),
    ],
    ["unchanged", () => ({ headers: { ...bearer(key), "if-none-match": tag() } })],
    ["unchanged, weakly", () => ({ headers: { ...bearer(key), "if-none-match": `W/${tag()}, "x"` } })],
    ["of a poller with a name", () => ({ path: `${RULESET}?instance=i&sdk=a/1`, headers: bearer(key) })],
    ["what changed", () => ({ path: `${RULESET}?since=1&epoch=epoch1`, headers: bearer(key) })],
    ["what changed in another epoch", () => ({ path: `${RULESET}?since=1&epoch=other`, headers: bearer(key) })],
    ["versions alone", () => ({ path: `${RULESET}?evaluation=remote`, headers: bearer(key) })],
    ["with an empty query", () => ({ path: `${RULESET}?`, headers: bearer(key) })],
    ["under a name of the caller's", () => ({ headers: { ...bearer(key), "x-request-id": "mine-1" } })],
    ["under a name that is a secret", () => ({ headers: { ...bearer(key), "x-request-id": key } })],
  ];
  it.each(usual)("says what the route says: %s", async (_, asked) => {
    const expected = await send(long, asked());
    expect(await ask(asked())).toEqual({ ...expected, took: true });
  });

  const unusual: readonly [string, () => Asked, number][] = [
    ["no key", () => ({}), 401],
    ["a wrong key", () => ({ headers: bearer(`${key.slice(0, -1)}-`) }), 401],
    ["a server key from a page", () => ({ headers: { ...bearer(key), origin: "https://shop.example" } }), 403],
    ["a query that is not valid", () => ({ path: `${RULESET}?since=x`, headers: bearer(key) }), 400],
    ["a name twice in the query", () => ({ path: `${RULESET}?since=1&since=2`, headers: bearer(key) }), 400],
    ["HEAD", () => ({ method: "HEAD", headers: bearer(key) }), 200],
    ["OPTIONS", () => ({ method: "OPTIONS", headers: { origin: "https://shop.example" } }), 204],
    ["POST", () => ({ method: "POST", headers: bearer(key) }), 405],
    ["a path that goes on", () => ({ path: `${RULESET}s`, headers: bearer(key) }), 404],
    ["a path in other letters", () => ({ path: "/sdk/v1/Ruleset", headers: bearer(key) }), 404],
    ["a body", () => ({ headers: { ...bearer(key), "content-length": "2" }, body: "{}" }), 200],
    ["one who is ahead", () => ({ headers: { ...bearer(client), "if-none-match": '"epoch1-999-1"' } }), 503],
  ];
  it.each(unusual)("leaves %s to the route", async (_, asked, status) => {
    const { headers, ...expected } = await send(long, asked());
    const answered = await ask(asked());
    expect(answered).toMatchObject({ ...expected, status, took: false });
    expect(Object.keys(answered.headers)).toEqual(Object.keys(headers));
  });

  it("takes on a change, and a body that has not been compressed goes by the route once", async () => {
    await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
    expect([(await ask(zipped(key))).took, (await ask(zipped(key))).took]).toEqual([false, true]);
  });

  it("I13: refuses a key from the moment that it is revoked, or gone", async () => {
    const idOf = (text: string) => text.split("_")[2] ?? "";
    await api.ask(`DELETE /api/v1/keys/${idOf(key)}`);
    await api.write("default", [{ kind: "key", key: idOf(client), environment: "", after: null }]);
    for (const text of [key, client]) expect(await ask(zipped(text))).toMatchObject({ status: 401, took: false });
  });

  it("notes pollers as the route does", async () => {
    await send(short, {
      path: `${RULESET}?instance=p1&sdk=sdk-php/1.0.0`,
      headers: { ...bearer(key), "if-none-match": tag() },
    });
    const { body } = await api.ask(`GET ${CONNECTIONS}`);
    expect(field(body, "items")).toMatchObject([
      { instance: "p1", name: "sdk-php", transport: "polling", revision: view()?.revision },
    ]);
  });

  it("F47: logs what the route logs, and no key", async () => {
    const lines = async (port: number) => {
      api.lines.length = 0;
      await send(port, zipped(key));
      return api.lines.map((line) => Object.keys(JSON.parse(line)));
    };
    expect(await lines(short)).toEqual(await lines(long));
    expect(api.lines.join("")).not.toContain(key.split("_")[3]);
  });
});
