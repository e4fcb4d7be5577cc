import { DELTA_WINDOW_BYTES } from "@bannerol/protocol";
import { expect, it } from "vitest";
import { DeltaWindow } from "./delta-window.ts";
import type { ViewSource } from "./ports.ts";

it("I9: keeps frames up to 4 MiB, however many revisions are asked for, and makes the others anew", () => {
  const revision = 200;
  const note = "x".repeat(60_000);
  let made = 0;
  const source: ViewSource = {
    identity: () => ({ epoch: "e", revision, checksum: 1 }),
    upTo: () => revision,
    ruleset: () => ({ epoch: "e", revision, project: "p", environment: "x", flags: {}, segments: {} }),
    deltaSince(from) {
      made += 1;
      return { from, to: revision, flags: { a: { version: revision, note } }, segments: {} };
    },
    catchUp: async () => undefined,
  };
  const window = new DeltaWindow(source);
  const frames = () => Array.from({ length: revision }, (_, from) => window.since(from));
  const first = frames();
  expect(made).toBe(revision);
  const second = frames();
  const kept = first.filter((frame, from) => frame === second[from]);
  const bytes = kept.reduce((sum, frame) => sum + (frame === "fetch" ? 0 : frame.inline.length), 0);
  expect(bytes).toBeLessThanOrEqual(DELTA_WINDOW_BYTES);
  expect(bytes).toBeGreaterThan(DELTA_WINDOW_BYTES - 61_000);
  expect(made).toBe(2 * revision - kept.length);
});
