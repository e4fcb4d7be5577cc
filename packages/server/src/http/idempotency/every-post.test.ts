import { describe, expect, it } from "vitest";
import { StoreFault } from "../../store/fault.ts";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import { createHarness, FLAGS, field, routeFor } from "../../testing/harness.ts";
import { endpoints } from "../../webhooks/testing/endpoints.ts";
import { takesIdempotencyKey } from "./key.ts";

const PROJECT = "/api/v1/projects/default";
const PRODUCTION = `${FLAGS}/checkout/environments/production`;
const RELEASED = `${FLAGS}/released/environments/production`;
const PAUSED = `${FLAGS}/released/environments/staging`;
const serves = { environment: "production", flag: "checkout", context: { targetingKey: "u1" }, serves: ["off"] };
const targeting = {
  enabled: true,
  off: "off",
  prerequisites: [],
  targets: [],
  rules: [],
  fallthrough: { variant: "on" },
};

/** Each POST that may change something, with a request that does, on a project with a flag and a segment. */
const changing: readonly (readonly [what: string, body: unknown])[] = [
  ["POST /api/v1/projects", { key: "mobile" }],
  [`POST ${PROJECT}/environments`, { key: "preview" }],
  [`POST ${PROJECT}/environments/production/promote`, { from: "staging", flags: ["checkout"] }],
  [`POST ${FLAGS}`, { key: "search" }],
  [`POST ${FLAGS}/checkout/archive`, { comment: "done" }],
  [`POST ${FLAGS}/old/restore`, {}],
  [`POST ${PRODUCTION}/enable`, {}],
  [`POST ${FLAGS}/checkout/environments/staging/disable`, {}],
  [`POST ${FLAGS}/checkout/environments/staging/kill`, {}],
  [`POST ${PRODUCTION}/schedules`, { at: "2999-01-01T00:00:00Z", change: { enabled: true } }],
  [`POST ${FLAGS}/checkout/environments/development/release`, { steps: [{ percentage: 1, hold: "1h" }] }],
  [`POST ${RELEASED}/release/pause`, {}],
  [`POST ${PAUSED}/release/resume`, {}],
  [`POST ${RELEASED}/release/approve`, {}],
  [`POST ${RELEASED}/release/advance`, {}],
  [`POST ${RELEASED}/release/abort`, {}],
  [`POST ${RELEASED}/release/rollback`, {}],
  [`POST ${PROJECT}/segments`, { key: "beta", included: ["u1"] }],
  [`POST ${PROJECT}/segments/staff/keys`, { add: ["u2"] }],
  [`POST ${PROJECT}/invariants`, { key: "quiet", ...serves }],
  [`POST ${PROJECT}/changes`, { items: [{ flag: "checkout", environment: "production", after: targeting }] }],
  [`POST ${PROJECT}/environments/staging/freezes`, { key: "now", until: "2999-01-01T00:00:00Z" }],
  [`POST ${PROJECT}/revert`, { to: 2, flag: "checkout", environment: "staging" }],
];

/** Those whose answers show a secret. */
const making: readonly (readonly [what: string, body: unknown])[] = [
  ["POST /api/v1/keys", { project: "default", environment: "production", kind: "server" }],
  ["POST /api/v1/tokens", { name: "ci", role: "editor" }],
  ["POST /api/v1/webhooks", { url: "https://hooks.example.com/" }],
  ["POST /api/v1/webhooks/{webhook}/rotate", {}],
];

/** Those that ask for a change which waits already: they are tried where there is one, in `approvals.test.ts`. */
const deciding = ["approve", "reject", "withdraw"].map(
  (verb) => `/api/v1/projects/{p}/environments/{e}/approvals/{id}/${verb}`,
);

/** Those that need what has another id each time, and what the installation holds: tried in `rotation.test.ts` and `users.test.ts`. */
const rotating = ["/api/v1/keys/{id}/rotate", "/api/v1/tokens/{id}/rotate", "/api/v1/users"];

/** A node on a store that keeps no answer by itself: what is kept is what went in with the change. */
async function prepared() {
  const store = new MemoryStore({ epoch: "e1" });
  const { outbound } = endpoints();
  const api = await createHarness({ store, outbound });
  for (const key of ["checkout", "old"]) await api.ask(`POST ${FLAGS}`, { body: { key } });
  await api.ask(`POST ${FLAGS}/old/archive`, { body: {} });
  await api.ask(`POST ${FLAGS}/checkout/environments/staging/enable`, { body: {} });
  await api.ask(`POST ${PROJECT}/segments`, { body: { key: "staff", included: ["u1"] } });
  await api.ask(`POST ${FLAGS}`, { body: { key: "released" } });
  const steps = [1, 2].map((percentage) => ({ percentage, hold: "1h", approval: true }));
  for (const place of [RELEASED, PAUSED]) await api.ask(`POST ${place}/release`, { body: { steps } });
  await api.ask(`POST ${PAUSED}/release/pause`, { body: {} });
  const { body: hook } = await api.ask("POST /api/v1/webhooks", { body: { url: "https://hooks.example.com/" } });
  store.idempotency.complete = () => Promise.reject(new StoreFault("unavailable", "gone"));
  return { api, store, webhook: String(field(hook, "id")) };
}

const headers = { "idempotency-key": "k-1" };

describe("every POST that may change something", () => {
  it("is tried here", async () => {
    const { api } = await prepared();
    const tried = [...changing, ...making].map(([what]) => routeFor(api.routes, what)?.path);
    const listed = api.routes.filter(takesIdempotencyKey);
    expect([...tried, ...deciding, ...rotating].sort()).toEqual(listed.map(({ path }) => path).sort());
  });

  it.each(changing)(
    "F32: %s gets its answer again from a node that starts when the first was killed",
    async (...row) => {
      const [what, body] = row;
      const { api, store } = await prepared();
      const before = api.ledger.state("default")?.revision;
      const first = await api.ask(what, { body, headers });
      expect([first.status < 300, first.text]).toEqual([true, first.text]);
      expect(first.headers.get("idempotency-replayed")).toBeNull();
      const next = await createHarness({ store });
      const again = await next.ask(what, { body, headers });
      expect([again.status, again.text, again.headers.get("etag")]).toEqual([
        first.status,
        first.text,
        first.headers.get("etag"),
      ]);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      expect(next.ledger.state("default")?.revision).toBe(api.ledger.state("default")?.revision);
      const project = what === "POST /api/v1/projects" ? "mobile" : "default";
      expect(next.ledger.state(project)?.revision).toBe(project === "default" ? Number(before) + 1 : 1);
    },
  );

  it.each(making)("%s shows a secret once, and keeps none", async (path, body) => {
    const { api, store, webhook } = await prepared();
    const what = path.replace("{webhook}", webhook);
    const first = await api.ask(what, { body, headers });
    const id = field(first.body, "id");
    const again = await (await createHarness({ store })).ask(what, { body, headers });
    expect(again).toMatchObject({ status: 409, body: { code: "secret_shown_once", id } });
    expect(field(again.body, "detail")).toContain(id);
    const probe = { caller: "environment", key: "k-1", digest: "", holder: "", at: 0 };
    expect(await store.idempotency.claim(probe)).toMatchObject({ answer: JSON.stringify({ shownOnce: id }) });
  });
});
