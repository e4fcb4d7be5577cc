import { beforeAll, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const wide = (keys: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, 1])));
const EVALUATE = "POST /api/v1/projects/default/environments/production/evaluate";

describe("hostile requests", () => {
  let api: Harness;
  beforeAll(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "here" } });
  });

  it.each([
    ["no JSON", "{key: 1}", 400, "malformed_json"],
    ["half of JSON", '{"key": "a"', 400, "malformed_json"],
    ["NaN", '{"key": NaN}', 400, "malformed_json"],
    ["a byte order and nothing else", "\uFEFF", 400, "malformed_json"],
    ["nothing", "", 400, "malformed_request"],
    ["null", "null", 422, "invalid"],
    ["a list", "[]", 422, "invalid"],
    ["a text", '"key"', 422, "invalid"],
    ["65 levels", nested(65), 400, "malformed_request"],
    ["100,000 levels", "[".repeat(100_000), 400, "malformed_request"],
    ["2,001 keys", wide(2_001), 400, "malformed_request"],
    ["__proto__", '{"key": "a", "__proto__": {"clientSide": true}}', 422, "invalid"],
    ["constructor", '{"key": "a", "constructor": {}}', 422, "invalid"],
  ])("with %s for a body get a clear no", async (_name, body, status, code) => {
    const got = await api.ask(`POST ${FLAGS}`, { body, headers: { "content-type": "application/json" } });
    expect(got).toMatchObject({ status, body: { code } });
    expect(field(got.body, "detail")).toMatch(/\.\)?$/);
  });

  it.each([
    ["an unknown field", { key: "a", colour: "red" }, "colour"],
    ["no key", {}, "key"],
    ["a key with bad characters", { key: "New Checkout" }, "key"],
    ["a key that is too long", { key: "a".repeat(129) }, "key"],
    ["an empty key", { key: "" }, "key"],
    ["a key that climbs", { key: "../x" }, "key"],
    ["a number for a key", { key: 7 }, "key"],
    ["an unknown type", { key: "a", type: "date" }, "type"],
    [
      "an unknown field deep inside",
      { key: "a", variants: [{ key: "x", value: true, colour: 1 }] },
      "variants[0].colour",
    ],
    ["a variant of another type", { key: "a", variants: [{ key: "x", value: "on" }] }, "variants[0].value"],
    ["a negative seed", { key: "a", seed: -1 }, "seed"],
    ["a comment that is too long", { key: "a", comment: "x".repeat(2_001) }, "comment"],
    ["an off variant that is not there", { key: "a", off: "nope" }, "off"],
    ["tags that are no list", { key: "a", tags: "x" }, "tags"],
  ])("with %s are told where it is", async (_name, body, path) => {
    const got = await api.ask(`POST ${FLAGS}`, { body });
    expect(got).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(field(got.body, "errors", 0)).toMatchObject({ path, message: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  it.each([
    ["limit=0", "limit"],
    ["limit=201", "limit"],
    ["limit=1e1", "limit"],
    ["limit=ten", "limit"],
    ["colour=red", "colour"],
    ["limit=1&limit=2", "limit"],
    ["kind=urgent", "kind"],
    ["cursor=", "cursor"],
    ["__proto__=1", "__proto__"],
  ])("with the query %s get 400", async (query, path) => {
    const got = await api.ask(`GET ${FLAGS}?${query}`);
    expect(got).toMatchObject({ status: 400, body: { code: "malformed_request", errors: [{ path }] } });
  });

  it.each(["%22'", "....", "a'; drop table changes;--", "MQ=="])("A24: with the cursor %s get 400", async (cursor) => {
    expect((await api.ask(`GET ${FLAGS}?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400);
    expect((await api.ask(`GET /api/v1/projects/default/changes?cursor=${encodeURIComponent(cursor)}`)).status).toBe(
      400,
    );
  });

  it.each([
    `${FLAGS}/a%2F..%2Fb`,
    `${FLAGS}/__proto__`,
    `${FLAGS}/constructor`,
    `${FLAGS}/%00`,
    `${FLAGS}/%ff`,
    `${FLAGS}/${"a".repeat(5_000)}`,
    "/api/v1/projects/constructor",
    "/api/v1/projects/_system",
    `${FLAGS}/here/environments/__proto__`,
    "/",
    "/etc/passwd",
    "/.well-known/flags",
  ])("for what is not there get 404: %s", async (path) => {
    const got = await api.ask(`GET ${path}`);
    expect(got).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(String(field(got.body, "detail")).length).toBeLessThan(500);
  });

  it("A5: over the limit get 413, by their headers and, where these lie, by their bytes", async () => {
    const body = JSON.stringify({ key: "a", description: "x".repeat(1024 * 1024) });
    expect(await api.ask(`POST ${FLAGS}`, { body })).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    const lying = await api.ask(`POST ${FLAGS}`, { body, headers: { "content-length": "10" } });
    expect(lying).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    expect(lying.headers.get("connection")).toBe("close");
    const context = { targetingKey: "x".repeat(128 * 1024) };
    expect((await api.ask(EVALUATE, { body: { context } })).status).toBe(413);
  });

  it("A5: that never end are cut off at the limit", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 64 * 1024;
        controller.enqueue(new Uint8Array(64 * 1024).fill(32));
      },
    });
    const { readJsonBody } = await import("./json.ts");
    const init: RequestInit = {
      method: "POST",
      body: endless,
      duplex: "half",
      headers: { "content-type": "application/json" },
    };
    await expect(readJsonBody(new Request("http://x", init))).rejects.toMatchObject({
      refusal: { code: "body_too_large" },
    });
    expect(sent).toBeLessThan(2 * 1024 * 1024);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "of the type %j get 415",
    async (type) => {
      const got = await api.ask(`POST ${FLAGS}`, { body: "{}", headers: { "content-type": type } });
      expect(got).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
    },
  );

  it("that are compressed get 415", async () => {
    const got = await api.ask(`POST ${FLAGS}`, { body: "{}", headers: { "content-encoding": "gzip" } });
    expect(got).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });

  it("of another method get 405 and what the address takes", async () => {
    const got = await api.ask(`DELETE ${FLAGS}`);
    expect(got).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(got.headers.get("allow")).toBe("GET, POST, HEAD");
  });

  it("cannot choose a request id that is no plain word", async () => {
    expect((await api.ask("GET /livez", { headers: { "x-request-id": "abc-1" } })).headers.get("x-request-id")).toBe(
      "abc-1",
    );
    const forged = await api.ask("GET /nowhere", { headers: { "x-request-id": 'a" onload="x' } });
    expect(forged.headers.get("x-request-id")).toBe("made-here");
    expect(field(forged.body, "requestId")).toBe("made-here");
  });

  it("with a context of __proto__ and odd keys are evaluated, and harm nothing", async () => {
    const body =
      '{"flag": "here", "context": {"targetingKey": "u", "__proto__": {"x": 1}, "constructor": 3, "a.b": null}}';
    expect(await api.ask(EVALUATE, { body })).toMatchObject({
      status: 200,
      body: { reason: "DISABLED", value: false },
    });
    expect(field({}, "x")).toBeUndefined();
  });

  it.each([
    ["GET /livez", 200],
    ["GET /docs", 200],
    ["GET /openapi.json", 200],
    ["GET /api/v1/projects", 200],
    ["GET /api/v1/projects/nobody", 404],
    ["GET /nowhere", 404],
    ["POST /livez", 405],
    ["GET /sdk/v1/ruleset", 401],
    ["OPTIONS /sdk/v1/ruleset", 204],
  ])("are no page, and of no other type than they say: %s", async (what, status) => {
    const { headers, ...got } = await api.ask(what, what.includes("/sdk/") ? { token: null } : {});
    expect(got.status).toBe(status);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe-|https?:|\*/);
  });

  it("leave nothing behind", async () => {
    const { body } = await api.ask(`GET ${FLAGS}`);
    expect(body).toMatchObject({ items: [{ key: "here" }] });
  });
});
