import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { sample } from "../../../state/sample-documents.ts";
import { createHarness, FLAGS, field, type Harness } from "../../../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";
const KEYS = `${SEGMENTS}/beta/keys`;
const many = (count: number, prefix = "u") => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe("the keys of a segment", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "beta", included: ["u1"] } });
  });

  const lines = (text: string, query = "") => api.ask(`PUT ${KEYS}${query}`, { body: text });
  const segment = async () => (await api.ask(`GET ${SEGMENTS}/beta`)).body;
  const keys = async (query = "") => field((await api.ask(`GET ${KEYS}?limit=10000${query}`)).body, "items");
  const isIn = async (targetingKey: string, at?: number) => {
    const body = { flag: "a", context: { targetingKey }, ...(at === undefined ? {} : { at }) };
    const got = await api.ask("POST /api/v1/projects/default/environments/production/evaluate", { body });
    return field(got.body, "value");
  };
  const serveMembers = async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const rules = [{ id: "r", when: { segment: "beta" }, serve: { variant: "on" } }];
    const body = { enabled: true, rules, fallthrough: { variant: "off" } };
    await api.ask(`PATCH ${FLAGS}/a/environments/production`, { body });
  };
  const verified = async () => (await api.ask("GET /api/v1/projects/default/changes/verify")).body;

  it("are added and removed in the document while they fit it", async () => {
    const body = { add: ["u2", "u3", "u2"], remove: ["u1", "nobody"], comment: "why" };
    const got = await api.ask(`POST ${KEYS}`, { body });
    expect(got).toMatchObject({ status: 200, body: { list: "included", count: 2 } });
    expect(await segment()).toMatchObject({ included: ["u2", "u3"], revision: field(got.body, "revision") });
    expect(got.headers.get("etag")).toBe(`"${field(got.body, "revision")}"`);
    expect(await keys()).toEqual(["u2", "u3"]);
  });

  it("are those of the other list where it is named", async () => {
    await api.ask(`POST ${KEYS}`, { body: { list: "excluded", add: ["x"] } });
    expect(await segment()).toMatchObject({ included: ["u1"], excluded: ["x"] });
    expect(await keys("&list=excluded")).toEqual(["x"]);
  });

  it("move out of the document where they become too many, as one change, and stay out", async () => {
    const before = api.ledger.state("default")?.revision ?? 0;
    await api.ask(`POST ${KEYS}`, { body: { add: many(10_000) } });
    expect(field(await segment(), "included")).toHaveLength(10_000);
    const got = await api.ask(`POST ${KEYS}`, { body: { add: ["one-more"], remove: ["u0"] } });
    expect(field(await segment(), "included")).toHaveLength(10_000);
    expect((await api.ask(`POST ${KEYS}`, { body: { add: ["u0"] } })).body).toMatchObject({ count: 10_001 });
    expect(await segment()).toMatchObject({
      included: { list: expect.any(String), count: 10_001, version: before + 3 },
    });
    expect(field(got.body, "revision")).toBe(before + 2);
    await api.ask(`POST ${KEYS}`, { body: { remove: many(10_000) } });
    expect(await segment()).toMatchObject({ included: { count: 1, version: before + 4 } });
    expect(await keys()).toEqual(["one-more"]);
    expect(await verified()).toMatchObject({ ok: true });
  });

  it("are evaluated on the server, now and at any revision", async () => {
    await serveMembers();
    const first = Number(field((await lines(many(20_000).join("\n"))).body, "revision"));
    expect([await isIn("u19999"), await isIn("u20000")]).toEqual([true, false]);
    await api.ask(`POST ${KEYS}`, { body: { add: ["u20000"], remove: ["u19999"] } });
    expect([await isIn("u19999"), await isIn("u20000")]).toEqual([false, true]);
    expect([await isIn("u19999", first), await isIn("u20000", first)]).toEqual([true, false]);
    expect([await isIn("u1", first - 1), await isIn("u2", first - 1)]).toEqual([true, false]);
  });

  it("keep of a change what came and went, and no more", async () => {
    await lines(many(12_000).join("\n"));
    await lines(many(12_000).slice(2).concat("new").join("\n"));
    const [newest] = (await api.ledger.changes("default", { segment: "beta", limit: 1 })) ?? [];
    expect(newest?.change.lists).toMatchObject([{ segment: "beta", part: "included", added: 1, removed: 2 }]);
    const { body } = await api.ask("GET /api/v1/projects/default/changes?segment=beta&limit=1");
    expect(field(body, "items", 0, "lists")).toEqual([{ segment: "beta", list: "included", added: 1, removed: 2 }]);
  });

  it.each([
    ["line feeds", "a\nb\nc"],
    ["an end of the last line too", "a\nb\nc\n"],
    ["returns", "a\r\nb\r\nc\r\n"],
    ["empty lines and doubles", "\na\n\nb\nb\n\r\nc\na"],
    ["a byte order mark", "\ufeffa\nb\nc"],
  ])("come one a line with %s", async (_, text) => {
    expect((await lines(text)).body).toMatchObject({ count: 3 });
    expect(await segment()).toMatchObject({ included: ["a", "b", "c"] });
  });

  it("may be none at all", async () => {
    expect((await lines("")).body).toMatchObject({ count: 0 });
    await lines(many(10_001).join("\n"));
    expect((await lines("")).body).toMatchObject({ count: 0 });
    expect(await keys()).toEqual([]);
  });

  it.each([
    ["a key over 1 KiB", `a\n${"é".repeat(513)}`, 422, /^Line 2, "é+…", takes 1026 bytes, and the limit is 1024/],
    ["a line without an end", `a\nb\n${"x".repeat(5_000)}`, 413, /^Line 3 is longer/],
    ["more than a million keys", `${"k\n".repeat(1_000_001)}`, 413, /more than 1000000 keys/],
    ["a key of the other list", "a\nx", 422, /^Line 2 is in excluded of segment beta too/],
    ["U+0000", "a\n\n\0", 422, /^Line 3, .* U\+0000/],
  ])("are refused whole for %s", async (_, text, status, detail) => {
    await api.ask(`POST ${KEYS}`, { body: { list: "excluded", add: ["x"] } });
    const before = await segment();
    expect(await lines(text)).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
    expect(await segment()).toEqual(before);
  });

  it("are refused as JSON, which would be one odd key", async () => {
    const got = await api.ask(`PUT ${KEYS}`, { body: ["u2"], headers: { "content-type": "application/json" } });
    const detail = expect.stringMatching(/one key a line.* text\/plain.* POST/);
    expect(got).toMatchObject({ status: 415, body: { code: "unsupported_media_type", detail } });
    expect(await segment()).toMatchObject({ included: ["u1"] });
  });

  it("are refused whole also where many were staged already, and nothing of them is left", async () => {
    const got = await lines(`${many(50_000).join("\n")}\n${"y".repeat(2_000)}`);
    expect(got).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
    expect(await segment()).toMatchObject({ included: ["u1"] });
    expect(await api.ledger.storedLists.abandoned(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(await api.ledger.storedLists.rows(1, 0, 1)).toEqual([]);
  });

  it.each([
    [{ add: ["a", "y".repeat(1_025)] }, "add[1]"],
    [{ add: ["\ud800"] }, "add[0]"],
    [{ add: "a" }, "add"],
    [{ list: "both" }, "list"],
    [{ keys: [] }, "keys"],
  ])("refuse %j and say where", async (body, path) => {
    expect(await api.ask(`POST ${KEYS}`, { body })).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it("of both lists together are at most a million, and none is in both", async () => {
    await lines(many(12_000, "x").join("\n"), "?list=excluded");
    const both = await api.ask(`POST ${KEYS}`, { body: { add: ["x11999"] } });
    expect(both).toMatchObject({ status: 422, body: { detail: expect.stringContaining('"x11999" is in excluded') } });
    const patched = await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { included: ["a", "x5"] } });
    expect(patched).toMatchObject({ status: 422, body: { errors: [{ path: "included[1]" }] } });
  });

  it("honour If-Match before a line is read", async () => {
    const got = await api.ask(`PUT ${KEYS}`, { body: "y".repeat(9_000), headers: { "if-match": '"1"' } });
    expect(got.status).toBe(412);
    expect((await api.ask(`POST ${KEYS}`, { body: { add: ["a"] }, headers: { "if-match": '"1"' } })).status).toBe(412);
    const { revision } = (await segment()) as { revision: number };
    const headers = { "if-match": `"${revision}"` };
    expect((await api.ask(`POST ${KEYS}`, { body: { add: ["a"] }, headers })).status).toBe(200);
  });

  it("change nothing where they say what is there already", async () => {
    await lines(many(12_000).join("\n"));
    const { revision } = (await segment()) as { revision: number };
    expect((await api.ask(`POST ${KEYS}`, { body: { add: ["u5"], remove: ["nobody"] } })).body).toMatchObject({
      revision,
    });
    expect((await lines(many(12_000).reverse().join("\n"))).body).toMatchObject({ revision });
    expect(api.ledger.state("default")?.revision).toBe(revision);
  });

  it("are not changed by whoever may not", async () => {
    const viewer = await api.makeToken("viewer");
    const editor = await api.makeToken("editor");
    expect((await api.ask(`POST ${KEYS}`, { body: { add: ["a"] }, token: viewer })).status).toBe(403);
    await api.write("default", [sample.environment("production", { protected: true })]);
    for (const method of ["POST", "PUT"]) {
      const got = await api.ask(`${method} ${KEYS}`, { body: method === "PUT" ? "a" : { add: ["a"] }, token: editor });
      expect(got).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    }
  });

  it("stay as they are where the document is written with the list as it was read", async () => {
    await lines(many(12_000).join("\n"));
    const read = (await segment()) as { included: object };
    const put = await api.ask(`PUT ${SEGMENTS}/beta`, { body: { ...read, description: "Testers" } });
    expect(put).toMatchObject({ status: 200, body: { included: read.included, description: "Testers" } });
    const other = { ...read.included, list: "another" };
    const stranger = await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { included: other } });
    expect(stranger).toMatchObject({ status: 422, body: { errors: [{ path: "included" }] } });
    await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { included: ["a"] } });
    expect(await segment()).toMatchObject({ included: ["a"] });
    expect(api.ledger.lists("default").size).toBe(0);
  });

  it("come back page by page, in order and without a gap", async () => {
    await lines(many(11_000).join("\n"));
    const seen: unknown[] = [];
    for (let cursor: unknown = ""; cursor !== undefined; ) {
      const page = await api.ask(`GET ${KEYS}?limit=4000${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...(field(page.body, "items") as unknown[]));
      cursor = field(page.body, "nextCursor");
    }
    expect(seen).toEqual(many(11_000).sort());
  });

  it.each(["k\0", "ka\0b", ""])("do not go on from where no page ended: %j", async (text) => {
    await lines(many(10_001).join("\n"));
    const cursor = text === "" ? "!" : Buffer.from(text).toString("base64url");
    expect(await api.ask(`GET ${KEYS}?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { code: "malformed_request" },
    });
  });

  it("end as the last writer left them where several write at once", async () => {
    await lines(many(10_001).join("\n"));
    const edits = Array.from({ length: 6 }, (_, at) => api.ask(`POST ${KEYS}`, { body: { add: [`w${at}`] } }));
    for (const { status } of await Promise.all(edits)) expect(status).toBe(200);
    expect(await segment()).toMatchObject({ included: { count: 10_007 } });
    expect(await verified()).toMatchObject({ ok: true });
    expect(await api.ledger.storedLists.abandoned(Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  it("follow any edits, by the document and by lines", async () => {
    const base = many(10_001);
    const edit = fc.record({ add: fc.subarray(many(6, "n")), remove: fc.subarray(["n1", "n2", "u1", "u7", "gone"]) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 4 }), async (edits) => {
        await lines(base.join("\n"));
        let expected = new Set(base);
        for (const { add, remove } of edits) {
          await api.ask(`POST ${KEYS}`, { body: { add, remove } });
          expected = new Set([...expected].filter((key) => !remove.includes(key)).concat(add));
        }
        const got = [];
        for (let cursor = ""; ; ) {
          const { body } = await api.ask(`GET ${KEYS}?limit=10000${cursor}`);
          got.push(...(field(body, "items") as string[]));
          if (field(body, "nextCursor") === undefined) break;
          cursor = `&cursor=${field(body, "nextCursor")}`;
        }
        expect(got).toEqual([...expected].sort());
        const held = [...api.ledger.lists("default").values()][0];
        expect(held?.size).toBe(expected.size);
        for (const key of ["n1", "n2", "u1", "u7", "gone"]) expect(held?.has(key)).toBe(expected.has(key));
      }),
      { numRuns: 8 },
    );
  });
});
