import { beforeEach, describe, expect, it } from "vitest";
import { agreeableServer, everything, place, production, tagged } from "../testing/agreeable-server.ts";
import * as documents from "../testing/documents.ts";

const api = agreeableServer();
const { cli } = api;
const last = () => api.server.seen[api.server.seen.length - 1];

describe("what is sent", () => {
  it("carries the token, who calls, and a key of its own for each POST", async () => {
    await cli(["kill", "new-checkout"]);
    await cli(["kill", "new-checkout"]);
    const [first, second] = api.server.seen.map(({ headers }) => headers);
    expect(first).toMatchObject({ authorization: `Bearer ${"t".repeat(32)}` });
    expect(first?.["user-agent"]).toMatch(/^bannerol-cli\/\d/);
    expect(first?.["idempotency-key"]).not.toBe(second?.["idempotency-key"]);
  });

  it.each([
    ["flag", "enable", "new-checkout"],
    ["rollout", "new-checkout", "25"],
    ["flag", "archive", "new-checkout"],
    ["flag", "update", "new-checkout", "--owner", "payments"],
    ["segment", "delete", "staff"],
    ["revert", "new-checkout", "--to", "41"],
    ["change", "apply", "-"],
  ])("%s %s names what the change was decided on", async (...argv) => {
    await cli(argv, { input: `{"items":[]}` });
    expect(last()?.headers["if-match"]).toBe('"12"');
  });

  it("a kill minds nobody who was faster", async () => {
    await cli(["kill", "new-checkout", "--comment", "Errors"]);
    expect(api.server.seen).toHaveLength(1);
    expect(last()).toMatchObject({ body: { comment: "Errors" } });
    expect(last()?.headers["if-match"]).toBeUndefined();
  });

  it("a rollout carries a number, and what it was told besides", async () => {
    await cli([
      "rollout",
      "new-checkout",
      "12.5%",
      "--bucket-by",
      "organization.id",
      "--variant",
      "on",
      "--comment",
      "c",
    ]);
    expect(last()?.body).toEqual({ percentage: 12.5, variant: "on", bucketBy: "organization.id", comment: "c" });
  });

  it("a flag keeps what is not named, and the variants that it has", async () => {
    await cli(["flag", "update", "new-checkout", "--variant", "shadow=true", "--variant", "on=false", "--tag", "t"]);
    expect(last()).toMatchObject({ method: "PATCH" });
    expect(last()?.body).toEqual({
      tags: ["t"],
      variants: [
        { key: "on", value: false },
        { key: "off", value: false },
        { key: "shadow", value: true },
      ],
    });
    const before = api.server.seen.length;
    expect(await cli(["flag", "update", "new-checkout"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("What shall change?"),
    });
    expect(api.server.seen).toHaveLength(before);
  });

  it("variants have the values that the flag's type wants", async () => {
    await cli(["flag", "create", "x", "--type", "string", "--variant", "a=1", "--variant", "b=x=y", "--tag", "t"]);
    expect(last()?.body).toEqual({
      key: "x",
      type: "string",
      tags: ["t"],
      variants: [
        { key: "a", value: "1" },
        { key: "b", value: "x=y" },
      ],
    });
    await cli(["flag", "create", "x", "--type", "json", "--variant", 'dark={"theme":"dark"}', "--variant", "off=null"]);
    expect(last()?.body).toMatchObject({ variants: [{ value: { theme: "dark" } }, { value: null }] });
  });

  it("the option nearest to the verb counts", async () => {
    await cli(["--env", "staging", "flag", "--env", "development", "enable", "new-checkout", "--env", "production"]);
    expect(last()?.path).toBe(`${place}/enable`);
    await cli(["--env", "production", "kill", "new-checkout"], { env: { BANNEROL_ENV: "staging" } });
    expect(last()?.path).toBe(`${place}/kill`);
  });

  it("a list is followed to its end", async () => {
    const page = (cursor: string | undefined) => ({ ...documents.changes, ...(cursor && { nextCursor: cursor }) });
    api.server.script = {
      "GET /projects/default/changes": ({ path }) => ({ body: page(path.includes("cursor=") ? undefined : "next") }),
    };
    const { stdout } = await cli(["log", "--limit", "250", "--json"]);
    expect(JSON.parse(stdout).items).toHaveLength(2);
    expect(api.server.seen.map(({ path }) => path.split("?")[1])).toEqual([
      "limit=200",
      "limit=200&cursor=next".replace("limit=200", "limit=200"),
    ]);
  });

  it("a token is bound by what stands on the command line alone", async () => {
    await cli(["token", "create", "ci", "--role", "viewer"]);
    expect(last()?.body).toEqual({ name: "ci", role: "viewer" });
    await cli(["token", "create", "ci", "--role", "viewer", "--env", "staging"]);
    expect(last()?.body).toEqual({ name: "ci", role: "viewer", project: "default", environment: "staging" });
  });
});

describe("a rollout of a disabled flag", () => {
  beforeEach(() => {
    api.server.script = {
      ...everything,
      [`GET ${place}`]: tagged(documents.disabled),
      [`PUT ${place}/rollout`]: { body: documents.disabled, headers: { ETag: '"13"' } },
    };
  });

  it("says that nobody gets it, and how to change that", async () => {
    const { code, stderr } = await cli(["rollout", "new-checkout", "25"]);
    expect(code).toBe(0);
    expect(stderr).toContain("bannerol flag enable new-checkout --env production");
  });

  it("with --enable enables it afterwards, on what the rollout left", async () => {
    const { stderr } = await cli(["rollout", "new-checkout", "25", "--enable"]);
    expect(stderr).toBe("");
    expect(last()).toMatchObject({ method: "POST", path: `${place}/enable`, headers: { "if-match": '"13"' } });
  });
});

describe("a protected environment", () => {
  const changing = ["flag", "enable", "new-checkout"];
  beforeEach(() => {
    api.server.script = {
      ...everything,
      [`GET ${production}`]: { body: documents.environments.items[1] },
      "GET /projects/default/environments": { body: documents.environments },
    };
  });
  const wasChanged = () => api.server.seen.some(({ method, path }) => method !== "GET" && !path.endsWith("/preview"));

  it("is not changed without a terminal unless --yes says so", async () => {
    const { code, stderr } = await cli(changing);
    expect({ code, changed: wasChanged() }).toEqual({ code: 2, changed: false });
    expect(stderr).toMatch(/--yes/);
    expect((await cli([...changing, "--yes"])).code).toBe(0);
    expect(wasChanged()).toBe(true);
  });

  it.each([
    ["y", 0],
    ["YES", 0],
    ["", 1],
    ["n", 1],
    ["yess", 1],
  ])("is changed on a terminal by the answer %j: %i", async (input, code) => {
    const questions: string[] = [];
    expect((await cli(changing, { isTerminal: true, input, questions })).code).toBe(code);
    expect(questions).toEqual(["production is protected. Really enable new-checkout? [y/N] "]);
    expect(wasChanged()).toBe(code === 0);
  });

  it.each([
    ["flag", "disable", "new-checkout"],
    ["rollout", "new-checkout", "25"],
    ["flag", "archive", "new-checkout"],
    ["flag", "restore", "new-checkout"],
    ["segment", "delete", "staff"],
  ])("is not changed either by %s %s", async (...argv) => {
    expect((await cli(argv)).code).toBe(2);
    expect(wasChanged()).toBe(false);
    expect((await cli([...argv, "--yes"])).code).toBe(0);
  });

  it("is never in the way of a kill", async () => {
    expect((await cli(["kill", "new-checkout"])).code).toBe(0);
  });
});
