import type { EventRow } from "@bannerol/client/events";
import { expect, it, vi } from "vitest";
import type { BrowserClient } from "./client.ts";
import { INNER, type Inner } from "./inner.ts";
import { parallelRunOf } from "./parallel.ts";

function scene(isOn: boolean) {
  const takes: (() => readonly EventRow[])[] = [];
  const flags = new Map([["new-search", { version: 7 }]]);
  const inner: Inner = {
    ruleset: () => ({ epoch: "e", revision: 9, project: "p", environment: "e", flags, segments: new Map() }),
    outcomes: () => undefined,
    tell: (take) => void takes.push(take),
  };
  const client = { [INNER]: inner, isEnabled: () => isOn, context: { targetingKey: "u1" } };
  const rows = () => takes.flatMap((take) => take()).map(({ kind, text }) => [kind, JSON.parse(text)]);
  return { run: parallelRunOf(client as unknown as BrowserClient), rows };
}

it("gives what the control gave, runs the candidate after it, and tells of what came of it", async () => {
  const { run, rows } = scene(true);
  const order: string[] = [];
  const answer = { hits: 1 };
  const given = run("new-search", {
    control() {
      order.push("control");
      return answer;
    },
    candidate() {
      order.push("candidate");
      return { hits: 2 };
    },
  });
  expect([given, order]).toEqual([answer, ["control"]]);
  expect(given).toBe(answer);
  await vi.waitFor(() => expect(order).toEqual(["control", "candidate"]));
  expect(rows()).toEqual([
    [
      "parallel",
      expect.objectContaining({
        flag: "new-search",
        revision: 7,
        runs: 1,
        matches: 0,
        mismatches: [["/hits: number ≠ number", 1]],
      }),
    ],
  ]);
});

it("runs no candidate where the flag is off", async () => {
  const { run, rows } = scene(false);
  const candidate = vi.fn();
  vi.useFakeTimers();
  expect(run("new-search", { control: () => 1, candidate })).toBe(1);
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(candidate).not.toHaveBeenCalled();
  expect(rows()).toEqual([]);
});

it("refuses what is no client of this package", () => {
  expect(() => parallelRunOf({} as BrowserClient)).toThrow("needs a client of createClient()");
});
