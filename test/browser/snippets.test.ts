/** What the guides for pages show is run as it stands there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@bannerol/sdk-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../e2e/harness.ts";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

/** The blocks of code in a guide, in their order. */
function snippetsIn(path: string): readonly string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
}

const guide = snippetsIn("docs/how-to/browser.md");
const rendering = snippetsIn("docs/how-to/server-rendering.md");
const readme = snippetsIn("packages/sdk-browser/README.md");

describe.skipIf(chromiumPath === undefined)(`the guides' code${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    for (const key of ["new-banner", "new-checkout", "new-search"]) await scene.createFlag(key);
  });
  afterAll(() => scene.end());

  /** As on the page, but for where the server and the package lie. */
  const here = (code: string): string =>
    code
      .replaceAll("https://flags.example.com", scene.world.url)
      .replaceAll("bnr_client_…", scene.key)
      .replaceAll("@bannerol/sdk-browser/remote", "/sdk/remote.js")
      .replaceAll("@bannerol/sdk-browser/parallel", "/sdk/parallel.js")
      .replaceAll("@bannerol/sdk-browser", "/sdk/index.js");

  /** A page that runs `code` as a module, with what it names and does not make. */
  const run = async (code: string, head = "") => {
    const body = `<!doctype html><title>Guide</title>${head}
      <script>
        window.calls = [];
        window.user = { id: "u1", plan: "free" };
        window.cart = [];
        for (const name of ["showNewBanner", "showNewCheckout", "render"]) window[name] = (...given) => calls.push([name, ...given]);
        for (const name of ["oldSearch", "newSearch"]) window[name] = () => { calls.push([name]); return ["a"]; };
      </script>
      <script type="module">${code}
        window.flags = flags;
        ${code.includes("const results") ? "window.results = results;" : ""}
      </script>`;
    const page = await (await scene.profile()).newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => void errors.push(String(error)));
    await page.goto(scene.site.put("/guide", { body }));
    await page.waitForFunction(() => "flags" in globalThis);
    await page.waitForFunction(isLive);
    return { page, errors, calls: () => page.evaluate("calls") as Promise<[string, ...unknown[]][]> };
  };

  it.each([
    ["browser.md", "new-banner", "showNewBanner", guide[0]],
    ["the package's README", "new-checkout", "showNewCheckout", readme[0]],
  ])("of %s shows what is on, and renders what changes", async (_, key, shows, code = "") => {
    expect(code).toContain(key);
    const { page, errors, calls } = await run(here(code));
    expect(await calls()).toContainEqual([shows]);
    await scene.switchFlag(key, "disable");
    await page.waitForFunction("calls.some(([name]) => name === 'render')");
    expect(await calls()).toContainEqual(["render", [key]]);
    expect(errors).toEqual([]);
    await scene.switchFlag(key, "enable");
    await page.context().close();
  });

  it("of browser.md has the server evaluate, by the other entry", async () => {
    const [entry] = (guide[1] ?? "").split("//");
    const client = `const flags = createClient({ url: "${scene.world.url}", key: "${scene.key}" });`;
    const { page, errors } = await run(`${here(entry ?? "")}${client}`);
    await page.waitForFunction(() => flags.isEnabled("new-banner"));
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("of browser.md runs a candidate beside the control, and the server hears what came of it", async () => {
    const code = guide.find((one) => one.includes("parallelRunOf")) ?? "";
    expect(code).not.toBe("");
    const client = `import { createClient } from "/sdk/index.js";
      const flags = createClient({ url: "${scene.world.url}", key: "${scene.key}", context: { targetingKey: "u1" } });
      await flags.ready();`;
    const { page, errors, calls } = await run(`${client}${here(code)}`);
    await page.waitForFunction("calls.some(([name]) => name === 'newSearch')");
    expect((await calls()).map(([name]) => name)).toEqual(["oldSearch", "newSearch"]);
    expect(await page.evaluate("results")).toEqual(["a"]);
    const sent: string[] = [];
    page.on("request", (request) => void sent.push(request.postData() ?? ""));
    await page.waitForTimeout(0);
    await page.evaluate(() => flags.flush());
    const report = await scene.ask<{ readonly runs?: number }>(
      "GET",
      "projects/default/flags/new-search/environments/production/parallel",
    );
    expect([sent.some((text) => text.includes('"parallel":[{')), JSON.stringify(report)]).toEqual([
      true,
      expect.stringContaining('"runs":1'),
    ]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("of server-rendering.md renders a page with its flags", async () => {
    const [onServer = "", inPage = ""] = rendering;
    const context = { targetingKey: "u1" };
    const server = createClient({ url: scene.world.url, key: scene.world.key(), cache: false });
    await server.ready();
    const render = new Function("flags", "context", "html", `${onServer}; return html;`);
    const html = String(render(server, context, "<h1>Shop</h1>{{flags}}"));
    await server.close();
    expect(html).toContain('<script type="application/json" id="flags">');
    const given = `const url = "${scene.world.url}", key = "${scene.key}";`;
    const { page, errors } = await run(
      `${here(inPage).replace("flags.isEnabled", "window.first = flags.isEnabled")}`,
      `${html}<script>${given}</script>`,
    );
    expect(await page.evaluate("first")).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
