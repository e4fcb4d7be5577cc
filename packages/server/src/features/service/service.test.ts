import { describe, expect, it } from "vitest";
import { StoreFault, type StoreFaultKind } from "../../store/fault.ts";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import type { CommitResult, UnitOfWork } from "../../store/port.ts";
import { createHarness, FLAGS, field } from "../../testing/harness.ts";
import { ServiceState } from "./service-state.ts";

/** A store whose disk or server can be taken away. */
class FailingStore extends MemoryStore {
  fault: StoreFaultKind | undefined;

  override async commit(...works: UnitOfWork[]): Promise<CommitResult> {
    if (this.fault !== undefined) throw new StoreFault(this.fault, "at /var/lib/secret/place");
    return super.commit(...works);
  }
}

describe("the service", () => {
  it("is starting, then ready, and draining for good", () => {
    const state = new ServiceState();
    expect(state.status).toBe("starting");
    state.opened();
    expect(state.status).toBe("ready");
    state.drain();
    state.opened();
    expect(state.status).toBe("draining");
  });

  it("is degraded while looks at the database fail, and a look that goes well is no proof that it can be written", () => {
    const state = new ServiceState();
    state.opened();
    for (const [fault, after] of [
      ["unavailable", "ready"],
      ["regressed", "ready"],
      ["full", "degraded"],
      ["io", "degraded"],
      ["corrupt", "degraded"],
    ] as const) {
      state.looked(fault);
      expect(state.status).toBe("degraded");
      state.looked(undefined);
      expect([fault, state.status]).toEqual([fault, after]);
    }
  });

  it("says what a database fails by, once, and that it works again when it was written, or read where that was the fault", async () => {
    const said: (string | undefined)[] = [];
    const state = new ServiceState((fault) => said.push(fault?.kind));
    const fail = (kind: StoreFaultKind) =>
      state.watchStore(() => Promise.reject(new StoreFault(kind, "why"))).catch(() => undefined);
    await fail("full");
    await fail("full");
    await state.watchStore(async () => undefined);
    expect([said, state.isReached]).toEqual([["full"], true]);
    state.wrote();
    await fail("unavailable");
    expect(state.isReached).toBe(false);
    await state.watchStore(async () => undefined);
    await fail("unavailable");
    state.looked(undefined);
    expect(said).toEqual(["full", undefined, "unavailable", undefined, "unavailable", undefined]);
  });

  it.each([
    ["full", 507, "storage_full"],
    ["io", 503, "store_unavailable"],
    ["unavailable", 503, "store_unavailable"],
    ["uncertain", 503, "store_unavailable"],
    ["corrupt", 503, "storage_damaged"],
    ["regressed", 503, "store_unavailable"],
  ] as const)(
    "F21, F26: with its store %s refuses changes, reads on, is degraded and recovers by itself",
    async (kind, status, code) => {
      const store = new FailingStore({ epoch: "e" });
      const api = await createHarness({ store });
      store.fault = kind;
      const refused = await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
      expect(refused).toMatchObject({ status, body: { code } });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refused.text).not.toContain("/var/lib");
      expect(await api.ask("GET /readyz")).toMatchObject({ status: 200, body: { status: "degraded" } });
      expect((await api.ask("GET /livez")).status).toBe(200);
      expect((await api.ask(`GET ${FLAGS}`)).body).toEqual({ items: [] });
      // Neither a refusal nor a look at the history is proof that it can be written.
      expect((await api.ask(`POST ${FLAGS}/none/archive`)).status).toBe(404);
      expect((await api.ask("GET /api/v1/projects/default/changes")).status).toBe(200);
      const isAway = ["unavailable", "uncertain", "regressed"].includes(kind);
      expect((await api.ask("GET /readyz")).body).toEqual({ status: isAway ? "ready" : "degraded" });
      expect((await api.ask("GET /sdk/v1/ruleset", { token: api.keys.get("staging") ?? "" })).status).toBe(200);
      store.fault = undefined;
      expect((await api.ask(`POST ${FLAGS}`, { body: { key: "a" } })).status).toBe(201);
      expect((await api.ask("GET /readyz")).body).toEqual({ status: "ready" });
    },
  );

  it("is not ready while it drains, and alive", async () => {
    const api = await createHarness();
    api.services.state.drain();
    expect(await api.ask("GET /readyz")).toMatchObject({ status: 503, body: { status: "draining" } });
    expect((await api.ask("GET /livez")).status).toBe(200);
  });

  it("says nothing of an error of its own but how to find it in the log", async () => {
    class BrokenStore extends MemoryStore {
      override async verify(): Promise<never> {
        throw new Error("the secret inside");
      }
    }
    const api = await createHarness({ store: new BrokenStore({ epoch: "e" }) });
    const got = await api.ask("GET /api/v1/projects/default/changes/verify", {
      headers: { "x-request-id": "find-me" },
    });
    expect(got).toMatchObject({ status: 500, body: { code: "internal", requestId: "find-me" } });
    expect(got.text).not.toContain("secret inside");
    const line = api.lines.find((each) => each.includes("secret inside"));
    expect(field(JSON.parse(line ?? "{}"), "requestId")).toBe("find-me");
  });
});
