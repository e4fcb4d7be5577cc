/** What every store must do for webhooks, as part of its contract. */
import { describe, expect, it } from "vitest";
import type { Store } from "./port.ts";
import type { WebhookCursor, WebhookTerm } from "./webhook-store.ts";

const NOW = Date.parse("2026-01-31T12:34:56.789Z");

function cursor(more: Partial<WebhookCursor> = {}): WebhookCursor {
  return { webhook: "w1", project: "default", epoch: "e1", revision: 3, failures: 0, dueAt: 0, ...more };
}

const term = (holder: string, at = NOW): WebhookTerm => ({ holder, at, until: at + 1_000 });

export function describeWebhooks(open: () => Promise<Store>): void {
  const withSecrets = async (...ids: readonly string[]) => {
    const { webhooks } = await open();
    for (const id of ids) await webhooks.putSecrets(id, { secret: `whsec_${id}` });
    return webhooks;
  };

  describe("with webhooks", () => {
    it("keeps secrets, both while they rotate", async () => {
      const webhooks = await withSecrets("w1");
      expect(await webhooks.secrets("w1")).toEqual({ secret: "whsec_w1" });
      const rotated = { secret: "whsec_new", previous: { secret: "whsec_w1", until: NOW } };
      await webhooks.putSecrets("w1", rotated);
      expect(await webhooks.secrets("w1")).toEqual(rotated);
      expect(await webhooks.secrets("w2")).toBeUndefined();
    });

    it("keeps cursors whole, by webhook and project", async () => {
      const webhooks = await withSecrets("w1", "w2");
      const failing = cursor({
        project: "_system",
        failures: 2,
        failingSince: NOW,
        dueAt: NOW + 5,
        last: { at: NOW, outcome: "HTTP 500 'Grüße'" },
      });
      await webhooks.setCursors([cursor(), failing, cursor({ webhook: "w2" })]);
      expect(await webhooks.cursors("w1")).toEqual([failing, cursor()]);
      await webhooks.setCursors([cursor({ revision: 1 })]);
      expect(await webhooks.cursors()).toEqual([failing, cursor({ revision: 1 }), cursor({ webhook: "w2" })]);
      await webhooks.forgive("w1");
      const { failingSince: _, ...forgiven } = failing;
      expect(await webhooks.cursors("w1")).toEqual([{ ...forgiven, failures: 0, dueAt: 0 }, cursor({ revision: 1 })]);
      await webhooks.setCursors([]);
      expect(await webhooks.cursors()).toHaveLength(3);
    });

    it("gives an endpoint to one of many that ask at once, and the others others", async () => {
      const webhooks = await withSecrets("w1", "w2", "w3");
      const ids = ["w1", "w2", "w3", "w4"];
      const taken = await Promise.all(ids.map((_, holder) => webhooks.claim(ids, term(`h${holder}`))));
      const got = taken.filter((id) => id !== undefined);
      expect(new Set(got).size).toBe(got.length);
      for (const holder of ["h8", "h9"]) {
        const more = await webhooks.claim(ids, term(holder));
        if (more !== undefined) got.push(more);
      }
      expect(got.sort()).toEqual(["w1", "w2", "w3"]);
      expect(await webhooks.claim(ids, term("h10"))).toBeUndefined();
    });

    it("gives out none that was not asked for, and none without secrets", async () => {
      const webhooks = await withSecrets("w1");
      expect(await webhooks.claim(["w2"], term("h1"))).toBeUndefined();
      expect(await webhooks.claim([], term("h1"))).toBeUndefined();
    });

    it("hands an endpoint over once its term has ended or it was given back; who had it moves nothing", async () => {
      const webhooks = await withSecrets("w1");
      const first = { webhook: "w1", holder: "h1" };
      expect(await webhooks.claim(["w1"], term("h1"))).toBe("w1");
      expect(await webhooks.claim(["w1"], term("h2", NOW + 999))).toBeUndefined();
      expect(await webhooks.claim(["w1"], term("h2", NOW + 1_000))).toBe("w1");
      expect(await webhooks.advance(first, { to: cursor(), from: undefined, until: NOW })).toBe(false);
      await webhooks.release(first);
      expect(await webhooks.claim(["w1"], term("h3", NOW + 1_500))).toBeUndefined();
      await webhooks.release({ webhook: "w1", holder: "h2" });
      expect(await webhooks.claim(["w1"], term("h3", NOW + 1_500))).toBe("w1");
      expect(await webhooks.cursors()).toEqual([]);
    });

    it("moves a cursor from where its holder knows it, and the term's end with it", async () => {
      const webhooks = await withSecrets("w1");
      const claim = { webhook: "w1", holder: "h1" };
      await webhooks.claim(["w1"], term("h1"));
      const until = NOW + 9_000;
      expect(await webhooks.advance(claim, { to: cursor(), from: undefined, until })).toBe(true);
      expect(await webhooks.advance(claim, { to: cursor({ revision: 4 }), from: undefined, until })).toBe(false);
      const failed = cursor({ revision: 4, failures: 1, failingSince: NOW, dueAt: NOW + 5 });
      expect(await webhooks.advance(claim, { to: failed, from: cursor(), until })).toBe(true);
      expect(await webhooks.cursors()).toEqual([failed]);
      expect(await webhooks.claim(["w1"], term("h2", until - 1))).toBeUndefined();
    });

    it.each([{ revision: 2 }, { revision: 4 }, { epoch: "e2" }])(
      "leaves a cursor alone that was moved meanwhile: %j",
      async (moved) => {
        const webhooks = await withSecrets("w1");
        await webhooks.claim(["w1"], term("h1"));
        await webhooks.setCursors([cursor(moved)]);
        const step = { to: cursor({ revision: 5 }), from: cursor(), until: NOW };
        expect(await webhooks.advance({ webhook: "w1", holder: "h1" }, step)).toBe(false);
        expect(await webhooks.cursors()).toEqual([cursor(moved)]);
      },
    );

    it("does not make a cursor that its holder thought was there", async () => {
      const webhooks = await withSecrets("w1");
      await webhooks.claim(["w1"], term("h1"));
      const step = { to: cursor({ revision: 5 }), from: cursor(), until: NOW };
      expect(await webhooks.advance({ webhook: "w1", holder: "h1" }, step)).toBe(false);
      expect(await webhooks.cursors()).toEqual([]);
    });

    it("forgets all of one that is removed, and nothing of another", async () => {
      const webhooks = await withSecrets("w1", "w2");
      await webhooks.setCursors([cursor(), cursor({ webhook: "w2" })]);
      await webhooks.remove("w1");
      expect(await webhooks.secrets("w1")).toBeUndefined();
      expect(await webhooks.cursors()).toEqual([cursor({ webhook: "w2" })]);
      expect(await webhooks.secrets("w2")).toBeDefined();
    });
  });
}
