/** Who has no credential: what answers them, however a path is spelt. */
import { beforeAll, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../testing/harness.ts";

/** The whole of what answers anybody. */
const open = ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs"];

/** Spellings of a path that programs before this one have taken for another: each of a whole address. */
const spellings: readonly (readonly [name: string, spell: (path: string) => string])[] = [
  ["with two slashes", (path) => path.replace("/", "//")],
  ["with two slashes within", (path) => path.replaceAll("/", "//").slice(1)],
  ["with a slash at its end", (path) => `${path}/`],
  ["in capital letters", (path) => path.toUpperCase()],
  ["with an encoded slash", (path) => `/${path.slice(1).replace("/", "%2F")}`],
  ["with an encoded slash in small letters", (path) => `/${path.slice(1).replace("/", "%2f")}`],
  ["with a slash that is encoded twice", (path) => `/${path.slice(1).replace("/", "%252F")}`],
  ["with an encoded letter", (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ["with a back slash", (path) => `/${path.slice(1).replace("/", "\\")}`],
  ["with an encoded back slash", (path) => `/${path.slice(1).replace("/", "%5C")}`],
  ["behind what is open", (path) => `/livez/..${path}`],
  ["behind what is open, encoded", (path) => `/livez/%2e%2e${path}`],
  ["behind what is open, half encoded", (path) => `/docs/.%2e${path}`],
  ["behind what is open, with a parameter", (path) => `/docs/..;${path}`],
  ["with a parameter", (path) => `${path};jsessionid=1`],
  ["with a parameter in its middle", (path) => path.replace(/(.)\//, "$1;a=b/")],
  ["with a dot", (path) => `/.${path}`],
  ["with an ending", (path) => `${path}.json`],
  ["with a null", (path) => `${path}%00`],
  ["with a line end", (path) => `${path}%0d%0aX: y`.replace(" ", "%20")],
  ["with a question mark that is encoded", (path) => `${path}%3F`],
  ["with a fragment that is encoded", (path) => `${path}%23`],
  ["with bytes that are no text", (path) => `${path}%ff%fe`],
  ["with full-width letters", (path) => path.replace("a", "%EF%BD%81")],
  ["with a long form of a slash", (path) => `/${path.slice(1).replace("/", "%c0%af")}`],
];

/** Letters that are encoded for nothing are the same path; a slash within a name is not. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

describe("a crawl without a token", () => {
  let api: Harness;
  let paths: readonly string[];
  beforeAll(async () => {
    api = await createHarness();
    await api.ask("POST /api/v1/projects/default/flags", { body: { key: "canary-flag" } });
    await api.ask("POST /api/v1/projects", { body: { key: "canary-project", name: "" } });
    paths = [...new Set(api.routes.map(({ path }) => path.replace("{p}", "default").replace("{f}", "canary-flag")))]
      .map((path) => path.replace("{e}", "production").replaceAll(/\{\w+\}/g, "canary-flag"))
      .filter((path) => !open.includes(path));
  });

  /** Without being held to the description, which knows no odd spellings. */
  const crawl = async (path: string) => {
    const answer = await api.app.request(path);
    return { status: answer.status, text: await answer.text() };
  };
  /** What the log says of those who were refused meanwhile, by status. */
  const logged = (since: number): readonly string[] =>
    api.lines.slice(since).map((line) => /"status":(\d+)/.exec(line)?.[1] ?? line);
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

  it.each(methods)("A8, A25, F38: by %s gets 401 of every route, and nothing that names anything", async (method) => {
    for (const path of paths) {
      const before = api.lines.length;
      const got = await api.ask(`${method} ${path}`, { token: null });
      if (got.status !== 204) expect([path, logged(before)]).toEqual([path, [String(got.status)]]);
      const refused = [401, 403, 404, 405];
      // What a page asks before it asks.
      const allowed = method === "OPTIONS" && path.startsWith("/sdk/v1/") ? [...refused, 204] : refused;
      expect([path, allowed.includes(got.status), got.status]).toEqual([path, true, got.status]);
      if (api.routes.some((route) => route.method === method && path === route.path)) expect(got.status).toBe(401);
    }
  });

  it.each(spellings)("A6, A7: finds no way round by a path %s", async (_, spell) => {
    for (const path of paths) {
      const spelt = spell(path);
      const before = api.lines.length;
      const got = await crawl(spelt);
      expect(logged(before)).toEqual([String(got.status)]);
      // One that leads back to what it was is refused as what it is.
      expect([spelt, [400, 401, 404, 405].includes(got.status), got.status]).toEqual([spelt, true, got.status]);
      expect(got.text).not.toMatch(/canary-project|"items"/);
    }
  });

  it.each(spellings)(
    "A7: is served the page and the description by no other path than theirs: %s",
    async (_, spell) => {
      for (const path of ["/docs", "/openapi.json"]) {
        const spelt = spell(path);
        const before = api.lines.length;
        const got = await crawl(spelt);
        if (got.status !== 200) expect(logged(before)).toEqual([String(got.status)]);
        const led = decoded(new URL(spelt, "http://localhost").pathname);
        if (!open.includes(led)) expect([spelt, got.status]).toEqual([spelt, 404]);
        expect(got.status === 404 || got.status === 200).toBe(true);
      }
    },
  );

  it("F38: is answered by what is open alone, which names nothing", async () => {
    for (const path of open) {
      const got = await api.ask(`GET ${path}`, { token: null });
      expect([path, got.status]).toEqual([path, 200]);
      expect(got.text).not.toContain("canary-");
    }
    const listed = api.routes.filter(({ permission }) => permission === "public").map(({ path }) => path);
    expect(listed).toEqual(open);
  });

  it.each([
    "/.well-known/flags",
    "/.well-known/vercel/flags",
    "/.well-known/openid-configuration",
    "/api/v1/environment-document/",
    "/api/admin/projects",
    "/api/client/features",
    "/swagger.json",
    "/actuator/env",
    "/debug/pprof/",
    "/.env",
    "/.git/config",
    "/.bannerol/cli.json",
    "/bannerol.db",
    "/package.json",
    "/server-status",
    "/graphql",
  ])("A8: finds nothing at the well-known address %s, and is told of in the log", async (path) => {
    const before = api.lines.length;
    expect((await api.ask(`GET ${path}`, { token: null })).status).toBe(404);
    expect((await api.ask(`GET ${path}`)).status).toBe(404);
    expect(logged(before)).toEqual(["404", "404"]);
  });

  it("is told what it asked for in no other form than a problem, and the log tells no address", async () => {
    await api.ask("GET /api/v1/projects/secret-in-the-path?token=secret-in-the-query", { token: null });
    await api.ask("GET /nowhere/secret-in-the-path", { token: null });
    expect(api.lines.join("")).not.toMatch(/secret-in/);
    expect(api.lines.at(-2)).toContain('"status":401');
  });
});
