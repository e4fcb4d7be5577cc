import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";

describe("segments", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "beta", included: ["u1"] } });
  });

  const use = (flag: string, segment: string) =>
    api.ask(`PATCH ${FLAGS}/${flag}/environments/staging`, {
      body: { rules: [{ when: { any: [{ segment }] }, serve: { variant: "on" } }] },
    });

  it("are empty where nothing else is said", async () => {
    const made = await api.ask(`POST ${SEGMENTS}`, { body: { key: "staff" } });
    expect(made).toMatchObject({ status: 201, body: { key: "staff", included: [], excluded: [], when: null } });
    expect(await api.ask(`POST ${SEGMENTS}`, { body: { key: "staff" } })).toMatchObject({ status: 409 });
  });

  it("are replaced whole by PUT, field by field by PATCH", async () => {
    await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { by: "email", description: "Testers" } });
    expect((await api.ask(`GET ${SEGMENTS}/beta`)).body).toMatchObject({
      included: ["u1"],
      by: "email",
      description: "Testers",
    });
    const reset = await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { by: null } });
    expect(field(reset.body, "by")).toBeUndefined();
    const put = await api.ask(`PUT ${SEGMENTS}/beta`, {
      body: { when: { attribute: "plan", op: "in", values: ["pro"] } },
    });
    expect(put.body).toMatchObject({ included: [], description: "", when: { attribute: "plan" } });
    expect((await api.ask(`PUT ${SEGMENTS}/beta`, { body: put.body })).body).toEqual(put.body);
  });

  it.each([
    [{ included: ["a"], excluded: ["a"] }, "included[0]"],
    [{ included: "a" }, "included"],
    [{ included: ["a", "b\0"] }, "included[1]"],
    [{ excluded: ["a\ud800"] }, "excluded[0]"],
    [{ excluded: ["é".repeat(513)] }, "excluded[0]"],
    [{ when: { segment: "nope" } }, "when.segment"],
    [{ when: { segment: "beta" } }, ""],
    [{ when: { flag: "nope", variants: ["on"] } }, "when.flag"],
    [{ colour: "red" }, "colour"],
  ])("refuse %j and say where", async (body, path) => {
    expect(await api.ask(`PATCH ${SEGMENTS}/beta`, { body })).toMatchObject({
      status: 422,
      body: { errors: [{ path }] },
    });
  });

  it("are not removed while flags or segments use them, and say which do", async () => {
    for (const key of ["checkout", "search"]) {
      await api.ask(`POST ${FLAGS}`, { body: { key } });
      expect((await use(key, "beta")).status).toBe(200);
    }
    const both = await api.ask(`DELETE ${SEGMENTS}/beta`);
    expect(both).toMatchObject({
      status: 409,
      body: {
        code: "still_referenced",
        detail: "Segment beta is used by the flags checkout and search. Remove it there first.",
      },
    });
    for (const key of ["checkout", "search"])
      await api.ask(`PATCH ${FLAGS}/${key}/environments/staging`, { body: { rules: null } });
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "outer", when: { not: { segment: "beta" } } } });
    const one = await api.ask(`DELETE ${SEGMENTS}/beta`);
    expect(field(one.body, "detail")).toBe("Segment beta is used by the segment outer. Remove it there first.");
    await api.ask(`DELETE ${SEGMENTS}/outer`);
    expect((await api.ask(`DELETE ${SEGMENTS}/beta`)).status).toBe(200);
    expect((await api.ask(`GET ${SEGMENTS}/beta`)).status).toBe(404);
  });

  it("that are removed keep an archived flag from coming back unseen", async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
    await use("checkout", "beta");
    await api.ask(`POST ${FLAGS}/checkout/archive`);
    expect((await api.ask(`DELETE ${SEGMENTS}/beta`)).status).toBe(200);
    expect(await api.ask(`POST ${FLAGS}/checkout/restore`)).toMatchObject({ status: 422, body: { code: "invalid" } });
  });

  it("honour If-Match when they are removed", async () => {
    const headers = { "if-match": '"0"' };
    expect(await api.ask(`DELETE ${SEGMENTS}/beta`, { headers })).toMatchObject({ status: 412 });
  });

  it("are listed with their sizes, not their lists", async () => {
    const { body } = await api.ask(`GET ${SEGMENTS}`);
    expect(body).toMatchObject({ items: [{ key: "beta", includedCount: 1, excludedCount: 0 }] });
  });
});
