import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, World } from "./harness.ts";

interface ProblemBody {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { path: string; message: string }[];
}

describe("hostile input", () => {
  const world = new World();
  let application: Application;

  beforeAll(async () => {
    await world.startServer();
    await world.json("flag", "create", "checkout");
    application = world.application();
    await application.ask("ready");
  });
  afterAll(() => world.end());

  const flags = "projects/default/flags";
  const targeting = `${flags}/checkout/environments/production`;
  const deep = `${'{"not":'.repeat(5_000)}{"segment":"s"}${"}".repeat(5_000)}`;

  const requests: readonly [what: string, method: string, path: string, body: unknown, status: number, code: string][] =
    [
      ["malformed JSON", "POST", flags, '{"key": "a"', 400, "malformed_json"],
      ["an empty body", "POST", flags, "", 400, "malformed_request"],
      ["JSON that is no object", "POST", flags, "[1]", 422, "invalid"],
      ["an unknown field", "POST", flags, { key: "a", enabeld: true }, 422, "invalid"],
      ["a key with bad characters", "POST", flags, { key: "New Checkout!" }, 422, "invalid"],
      ["a key that is too long", "POST", flags, { key: "a".repeat(129) }, 422, "invalid"],
      ["an empty key", "POST", flags, { key: "" }, 422, "invalid"],
      ["a flag that exists", "POST", flags, { key: "checkout" }, 409, "already_exists"],
      ["a key of JavaScript's own", "GET", `${flags}/constructor`, undefined, 404, "not_found"],
      ["a path with encoded slashes", "GET", `${flags}%2Fcheckout`, undefined, 404, "not_found"],
      ["an unknown environment", "GET", `${flags}/checkout/environments/moon`, undefined, 404, "not_found"],
      ["a percentage over 100", "PUT", `${targeting}/rollout`, { percentage: 101 }, 422, "invalid"],
      ["a negative percentage", "PUT", `${targeting}/rollout`, { percentage: -1 }, 422, "invalid"],
      ["a percentage of four decimals", "PUT", `${targeting}/rollout`, { percentage: 1.2345 }, 422, "invalid"],
      ["a percentage as text", "PUT", `${targeting}/rollout`, { percentage: "25" }, 422, "invalid"],
      [
        "a variant that is not there",
        "PUT",
        `${targeting}/rollout`,
        { percentage: 5, variant: "blue" },
        422,
        "invalid",
      ],
      ["a rule without a condition", "PATCH", targeting, { rules: [{ serve: { variant: "on" } }] }, 422, "invalid"],
      [
        "an operator that is none",
        "PATCH",
        targeting,
        rule({ attribute: "a", op: "toString", values: ["x"] }),
        422,
        "invalid",
      ],
      ["a segment that is not there", "PATCH", targeting, rule({ segment: "nobody" }), 422, "invalid"],
      [
        "JSON nested 5,000 deep",
        "PATCH",
        targeting,
        `{"rules":[{"when":${deep},"serve":{"variant":"on"}}]}`,
        400,
        "malformed_request",
      ],
      ["a body over the limit", "PATCH", targeting, { comment: "x".repeat(1_100_000) }, 413, "body_too_large"],
    ];

  function rule(when: object) {
    return { rules: [{ when, serve: { variant: "on" } }] };
  }

  it.each(requests)("%s gets a clear problem, and nothing changes", async (_, method, path, body, status, code) => {
    const before = await (await world.api("GET", targeting)).text();
    const response = await world.api(method, path, body);
    const problem = (await response.json()) as ProblemBody;
    expect({ status: response.status, code: problem.code }).toEqual({ status, code });
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(problem.detail.length).toBeGreaterThan(10);
    expect(await (await world.api("GET", targeting)).text()).toBe(before);
  });

  it("__proto__ in a body is a field like others, and reaches nothing", async () => {
    const response = await world.api("POST", flags, '{"key":"proto","__proto__":{"clientSide":true}}');
    expect(response.status).toBe(422);
    expect(({} as { clientSide?: boolean }).clientSide).toBeUndefined();
  });

  it("a wrong token is refused, wherever it is shown", async () => {
    const wrong = { authorization: `Bearer ${world.settings.token.slice(0, -1)}x` };
    for (const [method, path] of [
      ["GET", flags],
      ["POST", flags],
      ["DELETE", "keys/nothing"],
    ] as const) {
      const response = await world.api(method, path, method === "POST" ? { key: "a" } : undefined, wrong);
      expect(response.status).toBe(401);
    }
  });

  it("a key at the admin API, and a token at the data plane, are told where they belong", async () => {
    const atAdmin = await world.api("GET", flags, undefined, { authorization: `Bearer ${world.key()}` });
    expect(atAdmin.status).toBe(403);
    const atData = await fetch(`${world.url}/sdk/v1/ruleset`, {
      headers: { authorization: `Bearer ${world.settings.token}` },
    });
    expect(atData.status).toBe(403);
    expect(((await atData.json()) as ProblemBody).detail).toMatch(/key/i);
  });

  it("bytes that are no HTTP do not disturb anybody", async () => {
    const port = Number(new URL(world.url).port);
    for (const bytes of ["\0\0\0\0", "GET / HTTP/9.9\r\n\r\n", `GET / HTTP/1.1\r\n${"x: y\r\n".repeat(5_000)}\r\n`]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
        socket.on("error", () => resolve()).on("close", () => resolve());
        socket.resume();
      });
    }
    expect((await fetch(`${world.url}/livez`)).status).toBe(200);
  });

  it("a context of any shape gets the default or a variant, never an exception", async () => {
    await world.json("rollout", "checkout", "50", "--env", "production", "--enable");
    await world.api("PATCH", targeting, rule({ attribute: "plan", op: "in", values: ["pro"] }));
    const { revision } = (await (await world.api("GET", targeting)).json()) as { revision: number };
    await application.ask("atLeast", { revision, timeoutMs: 10_000 });
    const results = await application.ask<{ value: unknown; reason: string }[]>("evaluateHostile", {
      flag: "checkout",
    });
    expect(results.length).toBeGreaterThan(15);
    expect(results.every(({ value }) => typeof value === "boolean")).toBe(true);
    // The `__proto__` of a parsed context is an attribute named so; it gives nobody the plan.
    expect(results[11]?.reason).not.toBe("TARGETING_MATCH");
  });

  it("a flag of another type, or one that is not there, gets the default and says why", async () => {
    expect(await application.ask("evaluate", { flag: "checkout", context: {}, defaultValue: "text" })).toMatchObject({
      value: "text",
      errorCode: "TYPE_MISMATCH",
    });
    for (const flag of ["nowhere", "constructor", "__proto__", ""]) {
      expect(await application.ask("evaluate", { flag, context: {}, defaultValue: 7 })).toMatchObject({
        value: 7,
        errorCode: "FLAG_NOT_FOUND",
      });
    }
  });

  it("nonsense on the command line is refused with a word on what to do, and the right exit code", async () => {
    for (const [args, code] of [
      [["flag", "create", "Bad Key"], 8],
      [["flag", "create", "checkout"], 6],
      [["flag", "show", "nowhere"], 3],
      [["rollout", "checkout", "much", "--env", "production"], 2],
      [["rollout", "checkout", "25"], 2],
      [["frobnicate"], 2],
      [["flag", "list", "--token", "nonsense"], 4],
      [["flag", "list", "--url", "http://127.0.0.1:1"], 7],
      [["eval", "checkout", "--env", "production", "--context", "{"], 2],
    ] as const) {
      const result = await world.bannerol(args);
      expect({ args, code: result.code }).toEqual({ args, code });
      expect(result.stdout).toBe("");
      expect(result.stderr.length).toBeGreaterThan(10);
      expect(result.stderr).not.toMatch(/\n\s+at /);
      // What the server names as a request is a command here.
      expect(result.stderr).not.toMatch(/\b(GET|POST) \S*\//);
    }
    expect((await world.bannerol(["flag", "show", "nowhere"])).stderr).toContain("`bannerol flag list`");
  });

  it("leaves the server as it was", async () => {
    expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
    expect(await (await world.api("GET", "projects/default/changes/verify")).json()).toMatchObject({ ok: true });
    expect(await application.close()).toBe(0);
  });
});
