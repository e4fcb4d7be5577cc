import { applyListDelta, atOnce, type KeyList, ListDecoder } from "@bannerol/core";
import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, type Got, type Harness } from "../../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";
const many = (count: number, prefix = "u") => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe("lists on the data plane", () => {
  let api: Harness;
  let key: string;
  beforeEach(async () => {
    api = await createHarness();
    key = await api.makeKey("server", "production");
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "beta" } });
    await put(many(20_000));
  });

  const put = (keys: readonly string[]) => api.ask(`PUT ${SEGMENTS}/beta/keys`, { body: keys.join("\n") });
  const edit = (body: object) => api.ask(`POST ${SEGMENTS}/beta/keys`, { body });
  const named = async () => {
    const { body } = await api.ask("GET /sdk/v1/ruleset", { token: key });
    return (body as { segments: { beta: { included: { list: string; count: number; version: number } } } }).segments
      .beta.included;
  };
  const bytesOf = async (query = "", token = key): Promise<Got> => {
    const { list } = await named();
    return api.ask(`GET /sdk/v1/lists/${list}${query}`, { token });
  };
  const decode = ({ bytes }: { readonly bytes: Uint8Array }) => {
    const decoder = new ListDecoder();
    decoder.push(bytes);
    return decoder.finish();
  };
  const whole = async (query = ""): Promise<KeyList> => {
    const found = decode(await bytesOf(query));
    if (found.kind !== "list") throw new Error(found.kind);
    return found.list;
  };
  const since = async (list: KeyList): Promise<KeyList> => {
    const found = decode(await bytesOf(`?since=${list.version}&epoch=${api.ledger.epoch}`));
    if (found.kind !== "delta") throw new Error(found.kind);
    return atOnce(applyListDelta(list, found.delta));
  };

  it("are named by the ruleset and given as fingerprints of the version that it names", async () => {
    const reference = await named();
    const list = await whole();
    expect((await bytesOf()).headers.get("bannerol-epoch")).toBe(api.ledger.epoch);
    expect(reference).toEqual({ list: expect.any(String), count: 20_000, version: list.version });
    expect([list.size, list.has("u0"), list.has("u19999"), list.has("u20000")]).toEqual([20_000, true, true, false]);
  });

  it("are given as what came and went since a version that the caller has (P13)", async () => {
    const first = await whole();
    await edit({ add: ["n1", "n2"], remove: ["u1"] });
    const second = await since(first);
    await edit({ add: ["u1"], remove: ["n1", "u2"] });
    for (const have of [first, second]) {
      const now = await since(have);
      const held = ["u1", "u2", "u3", "n1", "n2"].map((one) => now.has(one));
      expect([now.version, now.size, ...held]).toEqual([
        (await named()).version,
        20_000,
        true,
        false,
        true,
        false,
        true,
      ]);
    }
    expect((await since(await whole())).size).toBe(20_000);
  });

  it.each([
    ["a version that the list never had", "?since=1&epoch=epoch1"],
    ["a version of another epoch", "?since=3&epoch=another"],
    ["a version without an epoch", "?since=3"],
  ])("are given whole to a caller with %s", async (_, query) => {
    await edit({ add: ["n1"] });
    expect((await whole(query)).size).toBe(20_001);
  });

  it("are given whole where most of them changed", async () => {
    const { version } = await named();
    await put(many(20_000, "x"));
    expect((await whole(`?since=${version}&epoch=${api.ledger.epoch}`)).has("x1")).toBe(true);
  });

  it("are not sent again to who has them", async () => {
    const got = await bytesOf();
    const { list } = await named();
    const headers = { "if-none-match": got.headers.get("etag") ?? "" };
    expect((await api.ask(`GET /sdk/v1/lists/${list}`, { token: key, headers })).status).toBe(304);
    await edit({ add: ["n1"] });
    expect((await api.ask(`GET /sdk/v1/lists/${list}`, { token: key, headers })).status).toBe(200);
  });

  it("are for server keys alone (I15)", async () => {
    const client = await api.makeKey("client", "production");
    expect(await bytesOf("", client)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    const token = await api.makeToken("admin");
    expect((await bytesOf("", token)).status).toBe(403);
  });

  it("that no segment names any more are not there, nor those of another project", async () => {
    const { list } = await named();
    await api.ask("POST /api/v1/projects", { body: { key: "other" } });
    const foreign = await api.makeKey("server", "production", "other");
    expect((await api.ask(`GET /sdk/v1/lists/${list}`, { token: foreign })).status).toBe(404);
    await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { included: [] } });
    expect(await api.ask(`GET /sdk/v1/lists/${list}`, { token: key })).toMatchObject({ status: 404 });
  });

  it("make a flag that reaches them remote for client keys, whose version moves with them", async () => {
    const flags = "/api/v1/projects/default/flags";
    await api.ask(`POST ${flags}`, { body: { key: "a", clientSide: true } });
    const rules = [{ id: "r", when: { segment: "beta" }, serve: { variant: "on" } }];
    await api.ask(`PATCH ${flags}/a/environments/production`, { body: { enabled: true, rules } });
    const client = await api.makeKey("client", "production");
    const seen = async () => (await api.ask("GET /sdk/v1/ruleset", { token: client })).body;
    const before = (await seen()) as { flags: { a: { version: number } } };
    expect(before).toMatchObject({ flags: { a: { type: "boolean", remote: true } }, segments: {} });
    await edit({ add: ["n1"], remove: ["u1"] });
    const after = (await seen()) as { flags: { a: { version: number } } };
    expect(after.flags.a.version).toBeGreaterThan(before.flags.a.version);
    expect(JSON.stringify(after)).not.toContain((await named()).list);
  });
});
