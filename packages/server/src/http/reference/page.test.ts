import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHarness } from "../../testing/harness.ts";
import { referencePage } from "./page.ts";

describe("the reference page", () => {
  it("shows every route and every schema, to anybody, and leads nowhere else", async () => {
    const api = await createHarness();
    const { status, headers, text } = await api.ask("GET /docs", { token: null });
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    for (const { method, path, summary } of api.routes.filter(
      ({ path }) => path !== "/docs" && path !== "/openapi.json",
    )) {
      expect(text).toContain(`<b>${method}</b> <code>${path}</code>`);
      expect(text).toContain(summary.replaceAll('"', "&quot;").replaceAll("'", "&#39;"));
    }
    const links = [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = ""]) => link);
    const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => `#${id}`));
    expect(links.filter((link) => !ids.has(link))).toEqual(["/openapi.json"]);
    expect(text).not.toMatch(/<script|@import|url\(/);
  });

  it("is allowed its own style by its hash, and nothing more", async () => {
    const api = await createHarness();
    const { headers, text } = await api.ask("GET /docs", { token: null });
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(headers.get("content-security-policy")).toContain(`style-src 'sha256-${hash}'`);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("escapes whatever a description holds", async () => {
    const markup = "<img src=x onerror=alert(1)>\"'";
    const operation = {
      summary: markup,
      tags: ["t"],
      parameters: [{ name: markup, in: "query", schema: { enum: [markup] } }],
    };
    const components = { schemas: { A: { description: markup, properties: { [markup]: { pattern: markup } } } } };
    const page = await referencePage({ info: { version: markup }, paths: { "/a": { get: operation } }, components });
    expect(page).not.toContain("<img");
  });
});
