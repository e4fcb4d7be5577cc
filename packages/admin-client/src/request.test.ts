import { describe, expect, it } from "vitest";
import { AdminClient } from "./admin-client.ts";
import { AdminApiError, InvalidPathError, ServerUnreachableError } from "./errors.ts";
import { checkReachable } from "./request.ts";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client whose server gives one answer, and what it sent. */
function clientOf(answer: () => Response | Promise<Response>, url = "http://flags.test") {
  const sent: Sent[] = [];
  const client = new AdminClient({
    url,
    token: "the-token",
    fetch: async (address, init = {}) => {
      sent.push({ url: String(address), init });
      return answer();
    },
  });
  return { client, sent };
}

const json =
  (body: unknown, init: ResponseInit = {}) =>
  () =>
    new Response(JSON.stringify(body), init);
const production = { project: "default", flag: "new-checkout", environment: "production" };

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a request", () => {
  it("carries the token and never follows a redirect with it", async () => {
    const { client, sent } = clientOf(json({ items: [] }));
    await client.projects.list();
    expect(sent[0]?.url).toBe("http://flags.test/api/v1/projects");
    expect(sent[0]?.init).toMatchObject({ method: "GET", redirect: "error" });
    expect(sent[0]?.init.headers).toMatchObject({ Authorization: "Bearer the-token" });
  });

  it("keeps a path in front of the API", async () => {
    const { client, sent } = clientOf(json({ items: [] }), "https://host.test/flags/");
    await client.projects.list();
    expect(sent[0]?.url).toBe("https://host.test/flags/api/v1/projects");
  });

  it("sends what a change was decided on, and a document with its type", async () => {
    const { client, sent } = clientOf(json({}));
    await client.targeting.rollout(production, { percentage: 25 }, { ifMatch: '"7"' });
    expect(sent[0]).toMatchObject({
      url: "http://flags.test/api/v1/projects/default/flags/new-checkout/environments/production/rollout",
      init: {
        method: "PUT",
        body: '{"percentage":25}',
        headers: { "If-Match": '"7"', "Content-Type": "application/json" },
      },
    });
  });

  it("gives each POST a key of its own, so that a repeated one can be told", async () => {
    const { client, sent } = clientOf(json({}));
    await client.targeting.kill(production, {});
    await client.targeting.kill(production, {});
    await client.targeting.get(production);
    const keys = sent.map(({ init }) => new Headers(init.headers).get("Idempotency-Key"));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBeNull();
  });

  it("leaves out of the query what is not named", async () => {
    const { client, sent } = clientOf(json({ items: [] }));
    await client.flags.list("default", { q: "a&b=c", limit: "200" });
    expect(sent[0]?.url).toBe("http://flags.test/api/v1/projects/default/flags?q=a%26b%3Dc&limit=200");
  });

  it.each(["a/b", "a%2Fb", "a?b", "a#b", "ключ"])("keeps the key %s in one segment of the path", async (flag) => {
    const { client, sent } = clientOf(json({}));
    await client.flags.get({ project: "default", flag });
    expect(new URL(sent[0]?.url ?? "").pathname).toBe(`/api/v1/projects/default/flags/${encodeURIComponent(flag)}`);
  });

  it.each(["", ".", "..", "\ud800"])("is not made for the key %j, which would reach another path", async (flag) => {
    const { client, sent } = clientOf(json({}));
    expect(await failureOf(client.flags.get({ project: "default", flag }))).toBeInstanceOf(InvalidPathError);
    expect(sent).toEqual([]);
  });
});

describe("an answer", () => {
  it("comes with its ETag", async () => {
    const { client } = clientOf(json({ enabled: true }, { headers: { ETag: '"7"' } }));
    expect(await client.targeting.get(production)).toEqual({ body: { enabled: true }, etag: '"7"' });
  });

  it("that is a problem is thrown with all that it says", async () => {
    const body = {
      type: "about:blank",
      title: "Somebody was faster",
      status: 412,
      code: "precondition_failed",
      detail: "It has changed since it was read. Read it again.",
      errors: [{ path: "rules[0]", message: "Gone." }],
      requestId: "r1",
    };
    const { client } = clientOf(json(body, { status: 412, headers: { ETag: '"8"', "Retry-After": "2" } }));
    const error = await failureOf(client.targeting.get(production));
    expect(error).toBeInstanceOf(AdminApiError);
    expect(error).toMatchObject({
      status: 412,
      code: "precondition_failed",
      message: body.detail,
      errors: body.errors,
      requestId: "r1",
      etag: '"8"',
      retryAfterMs: 2_000,
    });
  });

  it("keeps a code that only a newer server knows", async () => {
    const { client } = clientOf(json({ code: "approval_needed", detail: "Ask." }, { status: 403 }));
    expect(await failureOf(client.projects.list())).toMatchObject({ code: "approval_needed", status: 403 });
  });

  it.each([
    ["a proxy's page", "<html>", 502],
    ["JSON of another kind", '{"error":"x"}', 404],
    ["a list", "[]", 500],
    ["nothing", "", 401],
    ["a welcome page", "<html>", 200],
  ])("that is %s is told apart from Bannerol's own", async (_, text, status) => {
    const { client } = clientOf(() => new Response(text, { status }));
    const error = await failureOf(client.projects.list());
    expect(error).toMatchObject({ name: "AdminApiError", code: "unknown", status });
    expect(String(error)).toMatch(/no answer of a Bannerol server/);
  });

  it.each([null, "x", [null, 1, { path: 1 }], [{ path: "a", message: "b" }, "x"]])(
    "may list its errors in a broken way: %j",
    async (errors) => {
      const { client } = clientOf(json({ code: "invalid", detail: "d", errors }, { status: 422 }));
      expect(await failureOf(client.projects.list())).toMatchObject({ code: "invalid" });
    },
  );
});

describe("checkReachable", () => {
  it("asks for a page that needs no token, and minds no answer", async () => {
    const asked: string[] = [];
    await checkReachable("http://flags.test/x/", async (address, init) => {
      asked.push(String(address));
      expect(new Headers(init?.headers).has("Authorization")).toBe(false);
      return new Response("no such page", { status: 404 });
    });
    expect(asked).toEqual(["http://flags.test/x/livez"]);
  });
});

describe("silence", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  it.each([
    ["nobody listens", new TypeError("fetch failed", { cause: refused }), /nothing listens there/],
    [
      "no address answers",
      new TypeError("fetch failed", { cause: Object.assign(new AggregateError([refused]), { code: "ECONNREFUSED" }) }),
      /nothing listens/,
    ],
    ["it takes too long", new DOMException("timed out", "TimeoutError"), /it took too long/],
    ["of another kind", new TypeError("fetch failed", { cause: new Error("self-signed certificate") }), /self-signed/],
  ])("is an error that says why: %s", async (_, cause, message) => {
    const { client } = clientOf(() => Promise.reject(cause));
    const error = await failureOf(client.projects.list());
    expect(error).toBeInstanceOf(ServerUnreachableError);
    expect(error).toMatchObject({ url: "http://flags.test", cause });
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain("the-token");
  });

  it("in the middle of an answer is silence too", async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error("terminated")) });
    const { client } = clientOf(() => new Response(broken));
    expect(await failureOf(client.projects.list())).toBeInstanceOf(ServerUnreachableError);
  });
});
