import { describe, expect, it } from "vitest";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import type { StoredProject } from "../../store/port.ts";
import { createHarness, FLAGS } from "../../testing/harness.ts";

/** A store in which somebody edited a targeting by hand. */
class DamagedStore extends MemoryStore {
  override async load(project: string): Promise<StoredProject> {
    const stored = await super.load(project);
    const documents = stored.documents.map((row) =>
      row.kind === "targeting" && row.environment === "production" ? { ...row, document: { enabled: "perhaps" } } : row,
    );
    return { ...stored, documents };
  }
}

describe("R9: a targeting that cannot be read", () => {
  const open = async () => {
    const store = new DamagedStore({ epoch: "e" });
    const before = await createHarness({ store });
    await before.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    return createHarness({ store });
  };
  const production = `${FLAGS}/a/environments/production`;

  it("harms nothing but itself, and says what to do", async () => {
    const api = await open();
    expect(await api.ask(`GET ${production}`)).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining("Put a new targeting.") },
    });
    expect((await api.ask(`GET ${FLAGS}/a`)).body).toMatchObject({ environments: { staging: { enabled: false } } });
    expect((await api.ask(`POST ${FLAGS}/a/environments/staging/enable`)).status).toBe(200);
  });

  it("is killed like any other", async () => {
    const api = await open();
    expect(await api.ask(`POST ${production}/kill`)).toMatchObject({
      status: 200,
      body: { enabled: false, off: "off" },
    });
  });

  it("is repaired by a change, the rest being a new flag's", async () => {
    const api = await open();
    expect(await api.ask(`PUT ${production}/rollout`, { body: { percentage: 5 } })).toMatchObject({
      status: 200,
      body: { enabled: false },
    });
    expect((await api.ask(`GET ${production}`)).body).toMatchObject({
      fallthrough: { rollout: { weights: { on: 5_000 } } },
    });
  });
});
