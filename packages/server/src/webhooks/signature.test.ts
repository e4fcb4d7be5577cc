import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { secretText, signatureHeaders } from "./signature.ts";

const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(secretText);
const id = fc.stringMatching(/^[a-z0-9_.-]{1,40}$/);
const body = fc.json();

describe("a signature", () => {
  it("is taken by the reference library, with either of two secrets", () => {
    fc.assert(
      fc.property(id, body, secret, secret, (id, body, old, fresh) => {
        const headers = signatureHeaders({ id, at: Date.now(), body }, [fresh, old]);
        for (const known of [old, fresh]) {
          expect(new Webhook(known).verify(body, headers)).toEqual(JSON.parse(body));
        }
      }),
    );
  });

  it("is what the reference library writes", () => {
    fc.assert(
      fc.property(id, body, secret, fc.integer({ min: 0, max: 4e12 }), (id, body, secret, at) => {
        const theirs = new Webhook(secret).sign(id, new Date(at), body);
        expect(signatureHeaders({ id, at, body }, [secret])["webhook-signature"]).toBe(theirs);
      }),
    );
  });

  it("fails for another body, id or secret", () => {
    const at = Date.now();
    const [one, other] = [secretText(new Uint8Array(32).fill(1)), secretText(new Uint8Array(32).fill(2))];
    const headers = signatureHeaders({ id: "a", at, body: "{}" }, [one]);
    expect(() => new Webhook(one).verify("[]", headers)).toThrow();
    expect(() => new Webhook(one).verify("{}", { ...headers, "webhook-id": "b" })).toThrow();
    expect(() => new Webhook(other).verify("{}", headers)).toThrow();
  });
});
