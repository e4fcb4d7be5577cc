import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const USERS = "/api/v1/users";
const PRODUCTION = "/api/v1/projects/default/environments/production";

describe("users", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });

  const make = async (more: object = {}) =>
    (await api.ask(`POST ${USERS}`, { body: { name: "Ada", email: "ada@example.com", role: "releaser", ...more } }))
      .body;
  const tokenOf = async (user: unknown, role = "releaser", more: object = {}) =>
    String(
      field((await api.ask("POST /api/v1/tokens", { body: { name: "laptop", role, user, ...more } })).body, "token"),
    );

  it("are made, listed, changed, and never removed", async () => {
    const ada = await make();
    const id = field(ada, "id");
    expect(ada).toMatchObject({ name: "Ada", email: "ada@example.com", role: "releaser" });
    expect((await api.ask(`GET ${USERS}`)).body).toMatchObject({ items: [{ id }] });
    expect(
      (await api.ask(`POST ${USERS}`, { body: { name: "B", email: "ADA@example.com", role: "viewer" } })).status,
    ).toBe(409);
    expect((await api.ask(`PATCH ${USERS}/${id}`, { body: { name: "Ada L." } })).body).toMatchObject({
      name: "Ada L.",
    });
    expect((await api.ask(`GET ${USERS}/${id}`)).body).toMatchObject({ name: "Ada L.", role: "releaser" });
    expect((await api.ask(`DELETE ${USERS}/${id}`)).status).toBe(405);
  });

  it("are not told of to who may not see them, by the address that they have either", async () => {
    const id = String(field(await make(), "id"));
    const body = { name: "Eve", email: "ada@example.com", role: "viewer", project: "default" };
    const token = await api.makeToken("admin", { project: "default" });
    const refused = await api.ask(`POST ${USERS}`, { body, token });
    expect(refused).toMatchObject({ status: 409, body: { code: "already_exists" } });
    for (const known of ["Ada", id]) expect(refused.text).not.toContain(known);
  });

  it("are whom their tokens name, in the history too", async () => {
    const id = field(await make(), "id");
    const token = await tokenOf(id);
    expect((await api.ask("GET /api/v1/whoami", { token })).body).toMatchObject({
      type: "user",
      id,
      name: "Ada",
      role: "releaser",
    });
    await api.ask(`POST ${FLAGS}`, { token, body: { key: "a" } });
    const { body } = await api.ask("GET /api/v1/projects/default/changes?limit=1");
    expect(field(body, "items", 0, "actor")).toEqual({ type: "user", id, name: "Ada" });
  });

  it("bound their tokens, when these are made and from then on", async () => {
    const id = field(await make({ project: "default" }), "id");
    const refused = (body: object) => api.ask("POST /api/v1/tokens", { body: { name: "t", user: id, ...body } });
    expect((await refused({ role: "admin", project: "default" })).status).toBe(422);
    expect((await refused({ role: "viewer" })).status).toBe(422);
    expect((await refused({ role: "viewer", project: "default", user: "nobody00" })).status).toBe(404);
    const token = await tokenOf(id, "releaser", { project: "default" });
    await api.ask(`PATCH ${USERS}/${id}`, { body: { role: "viewer" } });
    expect((await api.ask(`POST ${FLAGS}`, { token, body: { key: "a" } })).status).toBe(403);
    await api.ask(`PATCH ${USERS}/${id}`, { body: { disabled: true } });
    expect((await api.ask("GET /api/v1/projects", { token })).status).toBe(401);
    await api.ask(`PATCH ${USERS}/${id}`, { body: { disabled: false } });
    expect((await api.ask("GET /api/v1/projects", { token })).status).toBe(200);
  });

  it("count once among those who approve, whichever token they use", async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`PATCH ${PRODUCTION}`, { body: { protected: true, approvals: 1 } });
    const id = field(await make(), "id");
    const [laptop, phone] = [await tokenOf(id), await tokenOf(id)];
    const got = await api.ask(`POST ${FLAGS}/a/environments/production/enable`, { token: laptop });
    const approve = (token: string) =>
      api.ask(`POST ${PRODUCTION}/approvals/${field(got.body, "approval", "id")}/approve`, { token });
    expect((await approve(phone)).status).toBe(403);
    expect((await approve(await api.makeToken("releaser"))).status).toBe(200);
  });

  it("are an admin's, within their reach", async () => {
    const token = await api.makeToken("admin", { project: "default" });
    expect(
      (await api.ask(`POST ${USERS}`, { token, body: { name: "B", email: "b@example.com", role: "admin" } })).status,
    ).toBe(403);
    await make();
    expect((await api.ask(`GET ${USERS}`, { token })).body).toEqual({ items: [] });
    expect((await api.ask(`GET ${USERS}`, { token: await api.makeToken("releaser") })).status).toBe(403);
  });

  it("A13, A14: have no password here: no way to sign up, to sign in or to reset one is there", async () => {
    const words = [
      "signup",
      "register",
      "login",
      "sign-in",
      "password",
      "password/reset",
      "reset",
      "invite",
      "sessions",
      "auth/login",
    ];
    for (const base of ["", "/api", "/api/v1", "/api/v1/users", "/auth"]) {
      for (const word of words) {
        const got = await api.ask(`POST ${base}/${word}`, {
          token: null,
          body: { email: "a@example.com", password: "x" },
        });
        expect([base, word, [401, 404, 405].includes(got.status)]).toEqual([base, word, true]);
      }
    }
    expect(
      api.routes.map(({ path }) => path).filter((path) => /passw|sign|regist|session|reset|invit/i.test(path)),
    ).toEqual([]);
    expect(
      (await api.ask(`POST ${USERS}`, { body: { name: "B", email: "b@example.com", role: "viewer", password: "x" } }))
        .status,
    ).toBe(422);
  });
});
