import { entityChecksum } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { sample } from "../../../state/sample-documents.ts";
import type { AskedFlag } from "../../../store/usage-store.ts";
import { createHarness, FLAGS, field, type Harness, START } from "../../../testing/harness.ts";
import { ARCHIVED_FOR_MS, leaveViews, MOST_AT_ONCE, UNASKED_FOR_MS } from "./decide.ts";
import { sweep } from "./sweep.ts";

interface Sweeping {
  readonly harness: Harness;
  readonly asked: AskedFlag[];
  readonly sweep: () => Promise<void>;
}

/** An installation whose flag `old`, shown to browsers too, was archived now; `kept` was not. */
async function withArchived(): Promise<Sweeping> {
  const harness = await createHarness();
  for (const key of ["old", "kept"]) await harness.ask(`POST ${FLAGS}`, { body: { key, clientSide: true } });
  await harness.ask(`POST ${FLAGS}/old/archive`);
  const asked: AskedFlag[] = [];
  const { ledger, services } = harness;
  const usage = { asked: async () => asked };
  return { harness, asked, sweep: () => sweep({ ledger, usage, now: services.now }) };
}

const viewOf = ({ ledger }: Harness, viewClass: "server" | "client" = "server") => {
  const view = ledger.view("default", "production", viewClass);
  if (view === undefined) throw new Error("There is no view.");
  return view;
};
const shown = (harness: Harness, viewClass?: "server" | "client") =>
  Object.keys(viewOf(harness, viewClass).ruleset().flags).sort();

describe("an archived flag", () => {
  it("leaves every view by a change of the system, once 30 days have gone by", async () => {
    const { harness, sweep } = await withArchived();
    harness.advance(ARCHIVED_FOR_MS - 1);
    await sweep();
    expect(shown(harness)).toEqual(["kept", "old"]);
    const before = viewOf(harness);
    harness.advance(1);
    await sweep();
    for (const viewClass of ["server", "client"] as const) expect(shown(harness, viewClass)).toEqual(["kept"]);
    const after = viewOf(harness);
    expect(after.deltaSince(before.revision)).toMatchObject({ from: before.revision, flags: { old: null } });
    const { ledger } = harness;
    const [newest] = await ledger.changes("default", { limit: 1 });
    expect(newest?.change).toMatchObject({ action: "flag.leave", actor: { type: "system" }, revision: after.revision });
    await sweep();
    expect(ledger.state("default")?.revision).toBe(after.revision);
  });

  it("has the checksum of what is shown, also after a restart", async () => {
    const { harness, sweep } = await withArchived();
    harness.advance(ARCHIVED_FOR_MS);
    await sweep();
    const key = harness.keys.get("production") ?? null;
    const { body } = await harness.ask("GET /sdk/v1/ruleset", { token: key });
    expect(Object.keys(Object(field(body, "flags")))).toEqual(["kept"]);
    const view = viewOf(harness);
    expect(view.checksum).toBe(entityChecksum("flag", "kept", Number(field(body, "flags", "kept", "version"))));
  });

  it.each([
    ["was asked for within a day", "production", UNASKED_FOR_MS - 1, true],
    ["was asked for within a day in another environment", "staging", 0, true],
    ["was last asked for a day ago", "production", UNASKED_FOR_MS, false],
    ["was asked for in an environment that is gone", "gone", 0, false],
  ])("that %s: %s, %i ms ago, stays: %s", async (_, environment, ago, stays) => {
    const { harness, asked, sweep } = await withArchived();
    harness.advance(ARCHIVED_FOR_MS);
    asked.push({ environment, flag: "old", at: START + ARCHIVED_FOR_MS - ago });
    await sweep();
    expect(shown(harness).includes("old")).toBe(stays);
  });

  it("is there for administrators all the same, and comes back as it was by a restore", async () => {
    const { harness, sweep } = await withArchived();
    harness.advance(ARCHIVED_FOR_MS);
    await sweep();
    const left = await harness.ask(`GET ${FLAGS}/old`);
    expect(left.body).toMatchObject({ key: "old", archivedAt: expect.any(String), leftAt: expect.any(String) });
    expect((await harness.ask(`PATCH ${FLAGS}/old`, { body: { description: "old" } })).status).toBe(200);
    expect(shown(harness)).toEqual(["kept"]);
    const restored = await harness.ask(`POST ${FLAGS}/old/restore`);
    expect(restored.body).not.toHaveProperty("leftAt");
    for (const viewClass of ["server", "client"] as const) expect(shown(harness, viewClass)).toEqual(["kept", "old"]);
    harness.advance(ARCHIVED_FOR_MS);
    await sweep();
    expect(shown(harness)).toEqual(["kept", "old"]);
  });

  it("stays away where a change set gives it as it is read", async () => {
    const { harness, sweep } = await withArchived();
    harness.advance(ARCHIVED_FOR_MS);
    await sweep();
    const { body } = await harness.ask(`GET ${FLAGS}/old`);
    const { environments: _, ...after } = Object(body);
    const items = [{ flag: "old", after: { ...after, description: "x" } }];
    const changed = await harness.ask("POST /api/v1/projects/default/changes", { body: { items } });
    expect(changed.status).toBe(200);
    expect(shown(harness)).toEqual(["kept"]);
  });

  it("is travelled back to: the ruleset of then has it", async () => {
    const { harness, sweep } = await withArchived();
    const { revision } = viewOf(harness);
    harness.advance(ARCHIVED_FOR_MS);
    await sweep();
    const ruleset = "GET /api/v1/projects/default/environments/production/ruleset";
    expect(field((await harness.ask(`${ruleset}?at=${revision}`)).body, "flags")).toHaveProperty("old");
    expect(field((await harness.ask(ruleset)).body, "flags")).not.toHaveProperty("old");
  });
});

it("lets many leave a few at a time", async () => {
  const harness = await createHarness();
  const keys = Array.from({ length: MOST_AT_ONCE + 2 }, (_, index) => `f${index}`);
  await harness.write(
    "default",
    keys.map((key) => sample.flag(key, { archivedAt: 0 })),
  );
  const state = harness.ledger.state("default");
  if (state === undefined) throw new Error("There is no project.");
  const decided = leaveViews(state, { at: START, lastAsked: () => undefined });
  expect(decided).toMatchObject({ ok: true, result: keys.slice(0, MOST_AT_ONCE) });
});
