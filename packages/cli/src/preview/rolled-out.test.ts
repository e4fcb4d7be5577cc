import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FlagForm, RolloutPut, ServeForm } from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { emptyFolder } from "../testing/test-io.ts";
import { rolledOut } from "./rolled-out.ts";

const { cli, done } = realServer();

const fallthroughs: readonly ServeForm[] = [
  { variant: "on" },
  { variant: "off" },
  { rollout: { weights: { on: 10_000, off: 90_000 }, bucketBy: "company", seed: 7 } },
  { rollout: { weights: { on: 30_000 } } },
  { rollout: { weights: { off: 100_000 } } },
];
const rollouts: readonly RolloutPut[] = [
  { percentage: 25 },
  { percentage: 0 },
  { percentage: 0.125 },
  { percentage: 33.333 },
  { percentage: 100 },
  { percentage: 50, bucketBy: "team" },
  { percentage: 50, variant: "on" },
];

const flagNow = async (): Promise<FlagForm> => JSON.parse((await cli(["flag", "show", "f", "--json"])).stdout);

async function serve(fallthrough: object): Promise<void> {
  const folder = await emptyFolder();
  const after = { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough };
  const items = [{ flag: "f", environment: "production", after }];
  await writeFile(join(folder, "set.json"), JSON.stringify(items));
  expect((await cli(["change", "apply", "set.json"], { folder })).code).toBe(0);
}

describe("the fallthrough that a rollout is previewed with", () => {
  it.each(fallthroughs)("is what the server then writes, from %j on", async (fallthrough) => {
    await done("flag", "create", "f");
    for (const rollout of rollouts) {
      await serve(fallthrough);
      const expected = rolledOut(await flagNow(), { fallthrough, off: "off" }, rollout);
      const { percentage, variant, bucketBy } = rollout;
      const named = [...(variant ? ["--variant", variant] : []), ...(bucketBy ? ["--bucket-by", bucketBy] : [])];
      await done("rollout", "f", String(percentage), ...named);
      expect((await flagNow()).environments.production?.fallthrough).toEqual(expected);
    }
  });
});
