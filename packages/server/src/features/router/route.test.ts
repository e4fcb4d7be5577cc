import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, type Got, type Harness } from "../../testing/harness.ts";

const PLACE = `${FLAGS}/backend/environments/production`;
const variants = ["green", "blue"].map((key) => ({ key, value: key }));

describe("the router", () => {
  let api: Harness;
  let token: string | null;
  beforeEach(async () => {
    api = await createHarness();
    token = api.keys.get("production") ?? null;
    await api.ask(`POST ${FLAGS}`, { body: { key: "backend", type: "string", variants } });
    await api.ask(`POST ${PLACE}/enable`);
  });

  const rollOut = (percentage: number) => api.ask(`PUT ${PLACE}/rollout`, { body: { percentage, variant: "green" } });
  const route = (headers: Record<string, string> = {}, flag = "backend") =>
    api.ask(`GET /route/v1/${flag}`, { token, headers });
  const variantOf = ({ headers }: Got) => headers.get("x-bannerol-variant");
  const shareOfGreen = async () => {
    const asked = Array.from({ length: 400 }, (_, at) => route({ "x-bannerol-key": `u${at}` }));
    return (await Promise.all(asked)).filter((got) => variantOf(got) === "green").map((_, at) => at).length / 400;
  };

  it("answers with the variant, and gives whom it does not know a cookie that sticks", async () => {
    await rollOut(50);
    const first = await route();
    expect(first).toMatchObject({ status: 200, text: "" });
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^bannerol_id=[\w-]{22}; Path=\/; SameSite=Lax; HttpOnly$/);
    for (let times = 0; times < 5; times += 1) {
      const again = await route({ cookie: `theme=dark; ${cookie.split(";")[0]}; other=1` });
      expect(variantOf(again)).toBe(variantOf(first));
      expect(again.headers.get("set-cookie")).toBeNull();
    }
  });

  it("goes by the header where there is one, with the rollout's laws: nobody loses it on the way up", async () => {
    const served = async () => {
      const all = await Promise.all(Array.from({ length: 200 }, (_, at) => route({ "x-bannerol-key": `u${at}` })));
      expect(all.every(({ headers }) => headers.get("set-cookie") === null)).toBe(true);
      return new Set(all.flatMap((got, at) => (variantOf(got) === "green" ? [at] : [])));
    };
    await rollOut(10);
    const few = await served();
    await rollOut(50);
    const many = await served();
    expect([...few].every((user) => many.has(user))).toBe(true);
    expect(many.size).toBeGreaterThan(few.size);
  });

  it("switches everybody at once", async () => {
    await rollOut(100);
    expect(await shareOfGreen()).toBe(1);
    await rollOut(0);
    expect(await shareOfGreen()).toBe(0);
  });

  it.each(["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "answers %s, and whatever stands behind its path",
    async (method) => {
      await rollOut(100);
      const headers = { authorization: `Bearer ${token}`, "x-bannerol-key": "u" };
      for (const path of ["/route/v1/backend", "/route/v1/backend/cart/items?id=1&x=%2F"]) {
        const got = await api.app.request(path, { method, headers });
        expect(got.status).toBe(200);
        expect(got.headers.get("x-bannerol-variant")).toBe("green");
      }
    },
  );

  it("lets a request of a browser through, whose Origin a proxy passes on", async () => {
    expect((await route({ origin: "https://shop.example" })).status).toBe(200);
  });

  it.each(["nothing", "NOT a key", "__proto__"])(
    "answers 200 without a variant for %s, which is no flag",
    async (flag) => {
      const got = await route({}, encodeURIComponent(flag));
      expect(got.status).toBe(200);
      expect(variantOf(got)).toBeNull();
    },
  );

  it("tells a client key of flags that are for clients alone", async () => {
    const key = await api.makeKey("client", "production");
    const asked = () => api.ask("GET /route/v1/backend", { token: key, headers: { "x-bannerol-key": "u" } });
    expect(variantOf(await asked())).toBeNull();
    await api.ask(`PATCH ${FLAGS}/backend`, { body: { clientSide: true } });
    expect(variantOf(await asked())).toBe("green");
  });

  it.each(["", "a".repeat(257)])("gives a fresh id to who comes with the key %j", async (key) => {
    expect((await route({ cookie: `bannerol_id=${key}` })).headers.get("set-cookie")).toContain("bannerol_id=");
  });

  it.each(["", "a".repeat(257)])("goes by the cookie where a proxy names nobody: %j", async (key) => {
    const known = await route({ cookie: "bannerol_id=ada", "x-bannerol-key": key });
    expect(known.headers.get("set-cookie")).toBeNull();
  });

  it("asks for a key: without one, or with a token, it is 401 or 403", async () => {
    expect((await api.ask("GET /route/v1/backend", { token: null })).status).toBe(401);
    expect((await api.ask("GET /route/v1/backend")).status).toBeGreaterThanOrEqual(401);
  });
});
