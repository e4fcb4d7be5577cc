/** What a page receives, searched for what no client key may see; and flags that are asked of the server for that reason. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

/** In every name, word and key that stays at home. */
const CANARY = "canary";

describe.skipIf(chromiumPath === undefined)(`what a page receives${orWhyNot}`, () => {
  const scene = new Scene();
  const targeting = "projects/default/flags";

  beforeAll(async () => {
    await scene.start();
    const segment = { key: `${CANARY}-segment`, name: `${CANARY} people`, description: `${CANARY} said` };
    const when = { attribute: "plan", op: "in", values: ["gold"] };
    await scene.ask("POST", "projects/default/segments", { ...segment, included: [], excluded: [], when });
    await scene.ask("POST", "projects/default/segments", {
      ...segment,
      key: `${CANARY}-listed`,
      included: [`${CANARY}-user`, "u1"],
      excluded: [],
      when: null,
    });
    await scene.createFlag(`${CANARY}-home`, {}, { clientSide: false, description: `${CANARY} too` });
    await scene.createFlag(
      "open",
      {
        rules: [{ id: "r", name: `${CANARY} rule`, when: { segment: `${CANARY}-segment` }, serve: { variant: "on" } }],
        fallthrough: { variant: "off" },
      },
      { description: `${CANARY} words`, tags: [CANARY], owner: CANARY },
    );
    await scene.createFlag("listed", {
      rules: [{ id: "r", when: { segment: `${CANARY}-listed` }, serve: { variant: "on" } }],
      fallthrough: { variant: "off" },
    });
    await scene.createFlag("plain");
    await scene.createFlag("needs-home", { prerequisites: [{ flag: `${CANARY}-home`, variants: ["on"] }] });
  });
  afterAll(() => scene.end());

  it("is evaluated as far as that goes where what asks the server cannot be loaded", async () => {
    const profile = await scene.profile();
    let isAway = true;
    await profile.route("**/sdk/answers-*.js", (route) => (isAway ? route.abort() : route.continue()));
    const page = await scene.open({ context: { targetingKey: "u1", plan: "gold" } }, { context: profile });
    await page.waitForFunction(() => flags.isEnabled("plain"));
    expect(await page.evaluate(() => flags.evaluate("listed", false).errorCode)).toBe("PROVIDER_NOT_READY");
    expect(await page.evaluate(() => errors.map(({ code }) => code))).toContain("fetch_failed");
    isAway = false;
    await page.waitForFunction(() => flags.isEnabled("listed"));
    await page.context().close();
  });

  it.each(["local", "remote"])("holds nothing that stays at home, evaluation %s", async (evaluation) => {
    const received: string[] = [];
    const profile = await scene.profile();
    profile.on("page", (page) => {
      page.on("websocket", (socket) =>
        socket.on("framereceived", ({ payload }) => void received.push(String(payload))),
      );
      page.on("response", (response) => {
        if (response.url().startsWith(scene.world.url))
          void response.text().then(
            (text) => received.push(text),
            () => undefined,
          );
      });
    });
    const page = await scene.open({ evaluation, context: { targetingKey: "u1", plan: "gold" } }, { context: profile });
    await page.waitForFunction(isLive);
    await page.waitForFunction(() => ["open", "listed", "needs-home"].every((flag) => flags.isEnabled(flag)));

    await page.evaluate(() => flags.setContext({ targetingKey: "u2" }));
    expect(await page.evaluate(() => ["open", "listed", "needs-home"].map((flag) => flags.isEnabled(flag)))).toEqual([
      false,
      false,
      true,
    ]);

    await scene.switchFlag(`${CANARY}-home`, "disable");
    await page.waitForFunction(() => !flags.isEnabled("needs-home"));
    await scene.ask("PATCH", `${targeting}/open`, { description: `${CANARY} once more` });
    await scene.switchFlag(`${CANARY}-home`, "enable");
    await page.waitForFunction(() => flags.isEnabled("needs-home"));
    const kept = await page.evaluate(async () => {
      await flags.close();
      return JSON.stringify({ ...localStorage });
    });
    expect(kept).toContain("needs-home");
    expect(received.length).toBeGreaterThan(3);
    expect([kept, ...received].filter((text) => text.includes(CANARY))).toEqual([]);
    if (evaluation === "remote") expect(received.filter((text) => text.includes("gold"))).toEqual([]);
    await profile.close();
  });
});
