import { createOutcomes } from "@bannerol/client/outcomes";
import { fakeClock } from "@bannerol/testkit";
import { expect, it, vi } from "vitest";
import type { Mode } from "./mode.ts";
import { createOutcomeCalls } from "./outcomes.ts";
import { remoteMode } from "./remote-mode.ts";

const watch = [{ metric: "checkout", release: "r1", step: 1 }];

/** A page whose flag watches `checkout` once somebody says so. */
function scene(openOutcomes?: Mode["openOutcomes"]) {
  const clock = fakeClock();
  let watches = false;
  let loads = 0;
  const flags = new Map([["f", { version: 1, watch }]]);
  const ruleset = { epoch: "e", revision: 1, project: "p", environment: "e", flags, segments: new Map() };
  const open: Mode["openOutcomes"] = async () =>
    createOutcomes({
      clock,
      ruleset: () => ruleset,
      placeIn: (_, context) => ({ side: "on", key: String(Object(context).targetingKey) }),
    });
  const calls = createOutcomeCalls({
    mode: {
      ...remoteMode,
      watches: () => watches,
      openOutcomes(view) {
        loads++;
        return (openOutcomes ?? open)(view);
      },
    },
    view: () => undefined,
    context: () => ({ targetingKey: "u1" }),
  });
  return {
    clock,
    calls,
    loads: () => loads,
    async beginToWatch() {
      watches = true;
      const told = calls.look();
      await Promise.resolve();
      await Promise.resolve();
      return told;
    },
  };
}

const taken = (calls: ReturnType<typeof createOutcomeCalls>) => calls.take().map(({ text }) => JSON.parse(text));

it("loads nothing and counts nothing while no release watches", () => {
  const { calls, loads } = scene();
  expect(calls.look()).toBe(false);
  calls.track("checkout");
  expect([calls.measure("checkout", () => 7), loads(), taken(calls)]).toEqual([7, 0, []]);
});

it("attributes what is tracked and measured for the context in hand, once something watches", async () => {
  const { calls, loads, beginToWatch } = scene();
  expect(await beginToWatch()).toBe(true);
  expect(calls.look()).toBe(true);
  expect(loads()).toBe(1);
  calls.track("checkout", { ok: false });
  calls.track("signup");
  expect(calls.measure("checkout", () => "done")).toBe("done");
  const [row, ...others] = taken(calls);
  expect(row).toMatchObject({ flag: "f", release: "r1", step: 1, metric: "checkout" });
  expect(JSON.stringify(row)).not.toContain("u1");
  expect([Object.keys(row.sides), others]).toEqual([["on"], []]);
});

it("gives what is measured back as it is, thrown errors and promises included", async () => {
  const { calls, beginToWatch } = scene();
  await beginToWatch();
  const mistake = new Error("the application's own");
  expect(() =>
    calls.measure("checkout", () => {
      throw mistake;
    }),
  ).toThrow(mistake);
  const promise = Promise.reject(mistake);
  expect(calls.measure("checkout", () => promise)).toBe(promise);
  await expect(promise).rejects.toBe(mistake);
});

it("tries again with the next state where what attributes cannot be loaded", async () => {
  const failing = vi.fn(async () => {
    throw new Error("no network");
  });
  const { calls, loads, beginToWatch } = scene(failing);
  await beginToWatch();
  calls.track("checkout");
  expect([loads(), taken(calls)]).toEqual([1, []]);
  await beginToWatch();
  expect(loads()).toBe(2);
});
