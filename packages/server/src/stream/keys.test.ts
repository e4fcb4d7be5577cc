import { beforeEach, describe, expect, it, vi } from "vitest";
import type { KeyGrant } from "../auth/authenticate.ts";
import { createHarness, field, type Harness } from "../testing/harness.ts";
import { Stream } from "./stream.ts";

describe("keys that slip through", () => {
  let api: Harness;
  let every: Map<number, () => void>;
  let stream: Stream;

  beforeEach(async () => {
    api = await createHarness();
    every = new Map();
    stream = new Stream({
      ledger: api.ledger,
      authenticateKey: async () => ({ code: "key_invalid", detail: "" }),
      now: api.services.now,
      monotonic: () => 0,
      random: () => 0,
      maxStreams: 10,
      every(ms, fn) {
        every.set(ms, fn);
        return () => every.delete(ms);
      },
    });
  });

  const open = (key: KeyGrant) => {
    const opened = stream.events.open({
      key,
      sdk: { name: "t", version: "1" },
      instance: "i",
      have: undefined,
      evaluation: "local",
      cut: () => {},
    });
    if ("code" in opened) throw new Error(opened.detail);
    return opened;
  };
  const textOf = (body: ReadableStream<Uint8Array>) => new Response(body).text();

  it("I13: are found within 2 s, whatever was told: revoked between being asked for and being let in", async () => {
    const body = { project: "default", environment: "production", kind: "server" };
    const [kept, gone] = [await api.ask("POST /api/v1/keys", { body }), await api.ask("POST /api/v1/keys", { body })];
    const grant = (made: typeof kept): KeyGrant => ({
      keyId: String(field(made.body, "id")),
      project: "default",
      environment: "production",
      class: "server",
    });
    // What the door was told of the key is older than the revocation that the stream was told of.
    await api.ask(`DELETE /api/v1/keys/${field(gone.body, "id")}`);
    open(grant(kept));
    const ended = textOf(open(grant(gone)));
    expect(stream.loads()).toHaveLength(2);
    every.get(2_000)?.();
    expect(await ended).toContain('"code":"key_invalid"');
    expect(stream.inventory("default", "production")).toMatchObject([{ keyId: grant(kept).keyId }]);
  });

  it("end with their environment, when the database has lost the changes that made it, and harm nobody until then", async () => {
    const key: KeyGrant = { keyId: "k", project: "default", environment: "production", class: "server" };
    const ended = textOf(open(key));
    await new Promise((resume) => setImmediate(resume));
    vi.spyOn(api.ledger, "view").mockReturnValue(undefined);
    for (let second = 0; second < 30; second += 1) every.get(1_000)?.();
    expect(stream.loads()).toHaveLength(1);
    every.get(2_000)?.();
    expect(await ended).toContain('"code":"key_invalid"');
  });

  it("are no longer looked for once the server has stopped", async () => {
    expect([...every.keys()].sort()).toEqual([1_000, 2_000]);
    await stream.drain(0);
    expect(every.size).toBe(0);
  });
});
