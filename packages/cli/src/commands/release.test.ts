import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";

const { cli, done } = realServer();
const steps = ["--steps", "1,25,100", "--every", "1h"];

const started = async (...words: string[]) => {
  await done("flag", "create", "checkout");
  return await done("rollout", "checkout", ...steps, ...words);
};

describe("bannerol rollout --steps", () => {
  it("starts a release, shows it, and what its guard sees", async () => {
    const { stdout, stderr } = await started("--guard", "checkout:errors:10%");
    expect(stderr).toContain("how long guards need is not known: its 3 steps take at least 3 h.");
    expect(stdout).toMatch(/checkout in production, release \w{8}: running/);
    expect(stdout).toContain("1 %, step 1 of 3  [1] → 25 → 100");
    const shown = (await cli(["release", "show", "checkout"])).stdout;
    expect(shown).toContain("checkout errors");
    expect(shown).toMatch(/^Waits for its hold, (1 h|59 min( \d+ s)?) left; held/m);
    expect((await cli(["release", "list"])).stdout).toContain("running, step 1 of 3, 1 %");
  });

  it("is watched to its end, told line by line without a terminal, and drawn on one", async () => {
    await done("flag", "create", "checkout");
    const words = ["rollout", "checkout", "--steps", "50,100", "--every", "0s", "--watch"];
    const told = await cli(words);
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining("completed") });
    expect(told.stderr.split("\n").at(-2)).toBe("completed, step 2 of 2, 100 %");
    const drawn = await cli(["release", "show", "checkout", "--watch"], { isTerminal: true, env: { NO_COLOR: "1" } });
    expect(drawn).toMatchObject({ code: 0, stdout: "" });
    expect(drawn.stderr).toContain("completed");
  });

  it("ends with 1 where it was aborted, and with 130 where somebody stops watching", async () => {
    await started();
    const left = await cli(["release", "show", "checkout", "--watch"], { stop: (listener) => listener() });
    expect(left).toMatchObject({
      code: 130,
      stderr: expect.stringContaining("bannerol release show checkout --env production --watch"),
    });
    await done("release", "abort", "checkout", "--comment", "enough");
    const ended = await cli(["release", "show", "checkout", "--watch"]);
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining("enough") });
  });

  it("is paused, resumed, advanced and rolled back", async () => {
    await started("--approval", "25");
    expect((await done("release", "pause", "checkout")).stdout).toContain("paused by");
    expect((await done("release", "resume", "checkout")).stdout).toContain("running");
    expect((await done("release", "approve", "checkout")).stdout).toContain("step 1 of 3");
    expect((await cli(["release", "approve", "checkout"])).code).toBe(6);
    expect((await done("release", "advance", "checkout")).stdout).toContain("25 %, step 2 of 3");
    expect((await done("release", "rollback", "checkout")).stdout).toContain("rolled back");
    expect(JSON.parse((await cli(["flag", "show", "checkout", "--json"])).stdout)).toMatchObject({
      environments: { production: { enabled: false, fallthrough: { variant: "on" } } },
    });
  });

  it("refuses a hand edit, and says how to go on", async () => {
    await started();
    const { code, stderr } = await cli(["rollout", "checkout", "50"]);
    expect(code).toBe(6);
    expect(stderr).toContain("stopRelease");
  });

  it.each([
    [["rollout", "checkout"], /percent/],
    [["rollout", "checkout", "5", "--steps", "1,2"], /one of them/],
    [["rollout", "checkout", "5", "--every", "1m"], /--steps/],
    [["rollout", "checkout", "5", "--watch"], /--steps/],
    [["rollout", "checkout", "--steps", "1,2", "--guard", "x"], /--guard is/],
    [["rollout", "checkout", "--steps", "1", "--on-breach", "hope"], /rollback, pause/],
  ])("refuses %j as bad usage", async (words, message) => {
    const { code, stderr } = await cli(words);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("bannerol release explain", () => {
  it("shows what was judged, and that it replays", async () => {
    await started("--guard", "checkout:errors");
    const { items } = await waitFor(async () => {
      const read = JSON.parse((await cli(["release", "explain", "checkout", "--json"])).stdout);
      return read.items.length > 0 ? read : undefined;
    });
    expect(items[0]).toMatchObject({ same: true, verdict: { verdict: "wait" } });
    expect((await cli(["release", "explain", "checkout"])).stdout).toContain("replays");
  });
});

async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
  }
}
