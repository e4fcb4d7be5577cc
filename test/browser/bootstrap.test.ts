/** A page that a server rendered shows what the server showed, from its first paint on. */
import { createClient } from "@bannerol/sdk-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

describe.skipIf(chromiumPath === undefined)(`a rendered page${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    await scene.createFlag("home", {}, { clientSide: false });
    await scene.createFlag(
      "heading",
      { fallthrough: { rollout: { weights: { new: 100_000 } } } },
      {
        type: "string",
        variants: [
          { key: "new", value: "</script><b>New & shiny" },
          { key: "old", value: "Old" },
        ],
      },
    );
  });
  afterAll(() => scene.end());

  it("is painted once, and follows what changes later", async () => {
    const context = { targetingKey: "u1" };
    const server = createClient({ url: scene.world.url, key: scene.world.key(), cache: false });
    await server.ready();
    const bootstrap = server.forContext(context).toJSON();
    await server.close();
    expect(Object.keys(bootstrap.flags)).toEqual(["heading"]);

    const options = { url: scene.world.url, key: scene.key, context, bootstrap };
    const body = `<!doctype html><title>Rendered</title><h1>${"New"}</h1>
      <script type="application/json" id="options">${JSON.stringify(options).replaceAll("<", "\\u003c")}</script>
      <script src="/sdk/bannerol.global.js"></script>
      <script>
        const flags = Bannerol.createClient(JSON.parse(document.getElementById("options").textContent));
        window.flags = flags;
        window.painted = [];
        window.changes = [];
        const paint = () => painted.push(flags.value("heading", "Old"));
        paint();
        flags.on("change", (change) => { changes.push(change); paint(); });
      </script>`;
    const page = await (await scene.profile()).newPage();
    await page.goto(scene.site.put("/rendered", { body }));
    await page.waitForFunction(isLive);
    expect(await page.evaluate("painted")).toEqual(["</script><b>New & shiny"]);
    expect(await page.evaluate(() => flags.status().source)).toBe("server");

    await scene.switchFlag("heading", "disable");
    await page.waitForFunction("painted.at(-1) === 'Old'");
    expect(await page.evaluate("painted.length")).toBe(2);
    await page.context().close();
  });

  it("is served what it was rendered with where no server is in reach", async () => {
    const bootstrap = {
      epoch: "e",
      revision: 3,
      flags: { heading: { value: "New", variant: "new", reason: "SPLIT" } },
    };
    const page = await scene.open({ url: "http://127.0.0.1:9", bootstrap });
    await page.waitForFunction(() => flags.status().state === "offline");
    expect(await page.evaluate(() => flags.value("heading", "Old"))).toBe("New");
    expect(await page.evaluate(() => flags.status().source)).toBe("bootstrap");
    await page.context().close();
  });
});
