import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const { cli, done } = realServer();

const exported = async (...words: string[]) => JSON.parse((await done("ruleset", "export", ...words)).stdout);

describe("bannerol ruleset export", () => {
  it("prints a configuration file with the layouts in force", async () => {
    const variants = ["a", "b", "off"].flatMap((key) => ["--variant", `${key}=${key}`]);
    await done("flag", "create", "colour", "--type", "string", ...variants);
    for (const a of [10_000, 30_000]) {
      const fallthrough = { rollout: { weights: { a, b: 10_000, off: 90_000 - a } } };
      const after = { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough };
      const items = [{ flag: "colour", environment: "production", after }];
      await cli(["change", "apply", "-"], { input: JSON.stringify({ items }) });
    }
    const folder = await emptyFolder();
    const { stdout } = await done("ruleset", "export");
    await writeFile(join(folder, "flags.json"), stdout);
    // Laid out afresh, a would have the first 30 %, and b would move.
    expect(JSON.parse(stdout).flags.colour.fallthrough.rollout.allocation).toEqual([
      [10_000, "a"],
      [20_000, "b"],
      [80_000, "off"],
      [100_000, "a"],
    ]);
    const served = JSON.parse((await cli(["eval", "colour", "--context", '{"targetingKey":"u1"}', "--json"])).stdout);
    const statement = { flag: "colour", context: { targetingKey: "u1" }, serves: [served.variant] };
    await writeFile(join(folder, "x.flags.test.yaml"), JSON.stringify({ invariants: [{ key: "same", ...statement }] }));
    expect(await cli(["test", "x.flags.test.yaml", "--file", "flags.json"], { folder })).toMatchObject({ code: 0 });
  });

  it("writes a long list into the file as it is now, and of the past says that it cannot", async () => {
    await done("segment", "create", "beta", "--include", "u1");
    const before = (await exported()).revision;
    const folder = await emptyFolder();
    const keys = Array.from({ length: 10_001 }, (_, at) => `u${at}`);
    await writeFile(join(folder, "keys.txt"), keys.join("\n"));
    expect((await cli(["segment", "import", "beta", "keys.txt"], { folder })).code).toBe(0);
    const now = await exported();
    expect(now.segments.beta).toMatchObject({ included: [...keys].sort(), excluded: [], when: null });
    expect((await exported("--at", String(before))).segments.beta.included).toEqual(["u1"]);
    const past = await cli(["ruleset", "export", "--at", String(now.revision)]);
    expect(past).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("Segment beta") });
  });
});
