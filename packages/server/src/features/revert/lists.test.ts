import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, field, type Harness } from "../../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";
const REVERT = "POST /api/v1/projects/default/revert";
const many = (count: number, prefix = "u") => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe("a reverted segment with long lists", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "beta", included: ["a"], excluded: ["z"] } });
  });

  const revisionOf = (got: { readonly body: unknown }) => Number(field(got.body, "revision"));
  const put = async (keys: readonly string[], list = "included") =>
    revisionOf(await api.ask(`PUT ${SEGMENTS}/beta/keys?list=${list}`, { body: keys.join("\n") }));
  const edit = async (body: object) => revisionOf(await api.ask(`POST ${SEGMENTS}/beta/keys`, { body }));
  const revert = (to: number, more: object = {}) => api.ask(REVERT, { body: { to, segment: "beta", ...more } });
  const segment = async () => (await api.ask(`GET ${SEGMENTS}/beta`)).body;
  const held = () => [...api.ledger.lists("default").values()];
  const newest = async () => (await api.ledger.changes("default", { limit: 1 }))[0]?.change;
  const nothingLeft = async () => {
    expect(await api.ledger.storedLists.abandoned(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(await api.ledger.verify("default")).toMatchObject({ ok: true });
  };

  it("has the keys of then, by one change that keeps the difference", async () => {
    const first = await put(many(12_000));
    await edit({ add: ["n1", "n2"], remove: ["u1"] });
    await edit({ add: ["u1"], remove: ["n1", "u2"] });
    const got = await revert(first);
    expect(got).toMatchObject({ status: 200, body: { revision: first + 3 } });
    expect((await newest())?.lists).toMatchObject([{ added: 1, removed: 1 }]);
    expect(held().map((list) => ["u1", "u2", "n1", "n2"].map((key) => list.has(key)))).toEqual([
      [true, true, false, false],
    ]);
    expect(await segment()).toMatchObject({ included: { count: 12_000, version: first + 3 }, excluded: ["z"] });
    await nothingLeft();
  });

  it("goes back into its document, and out of it again", async () => {
    const before = revisionOf(await api.ask(`GET ${SEGMENTS}/beta`));
    const kept = await put(many(12_000));
    await revert(before);
    expect(await segment()).toMatchObject({ included: ["a"] });
    expect(held()).toEqual([]);
    await revert(kept);
    expect(await segment()).toMatchObject({ included: { count: 12_000, version: kept } });
    expect(held().map((list) => [list.version, list.has("u11999"), list.has("a")])).toEqual([[kept, true, false]]);
    await nothingLeft();
  });

  it("comes back with its lists where it was deleted", async () => {
    await put(many(12_000), "excluded");
    const both = await put(many(11_000, "i"));
    await edit({ remove: ["i1"] });
    await api.ask(`DELETE ${SEGMENTS}/beta`);
    await revert(both);
    expect(await segment()).toMatchObject({ included: { count: 11_000 }, excluded: { count: 12_000 } });
    expect(held().map((list) => list.has("i1") || list.has("u1"))).toEqual([true, true]);
    await nothingLeft();
  });

  it("is shown by a dry run, which writes nothing", async () => {
    const first = await put(many(12_000));
    const last = await edit({ add: ["n1"] });
    const got = await revert(first, { dryRun: true });
    expect(got.body).toMatchObject({
      dryRun: true,
      items: [{ segment: "beta", after: { included: { count: 12_000 } } }],
    });
    expect(api.ledger.state("default")?.revision).toBe(last);
    await nothingLeft();
  });

  it("is the same again where its keys are the same again, though the list's version is another", async () => {
    const first = await put(many(12_000));
    await edit({ add: ["n1"] });
    const last = await edit({ remove: ["n1"] });
    await revert(first);
    expect(await segment()).toMatchObject({ included: { version: last } });
    expect(held().map(({ size }) => size)).toEqual([12_000]);
    await nothingLeft();
  });

  it("has the keys of any revision, whatever came after", async () => {
    const base = many(10_001);
    const step = fc.record({ add: fc.subarray(["n1", "n2", "u1"]), remove: fc.subarray(["n1", "u1", "u2"]) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), fc.nat(), async (steps, pick) => {
        const probe = ["n1", "n2", "u1", "u2", "u3"];
        const seen = () => probe.map((key) => held()[0]?.has(key));
        await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { included: [] } });
        const states = [[await put(base), seen()] as const];
        for (const body of steps) states.push([await edit(body), seen()] as const);
        const [revision, expected] = states[pick % states.length] ?? [0, []];
        await revert(revision);
        expect(seen()).toEqual(expected);
        await nothingLeft();
      }),
      { numRuns: 8 },
    );
  });
});
