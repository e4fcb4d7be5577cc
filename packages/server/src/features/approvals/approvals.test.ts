import { beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../../store/fault.ts";
import { CLAIM_HELD_MS } from "../../store/idempotency-store.ts";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import { createHarness, FLAGS, field, type Got, type Harness } from "../../testing/harness.ts";

const PROJECT = "/api/v1/projects/default";
const PRODUCTION = `${PROJECT}/environments/production`;
const APPROVALS = `${PRODUCTION}/approvals`;
const ON = { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough: { variant: "on" } };
const inProduction = (flag = "a") => `${FLAGS}/${flag}/environments/production`;

describe("approvals", () => {
  let api: Harness;
  let store: MemoryStore;
  let ada: string;
  let bob: string;
  let eve: string;

  beforeEach(async () => {
    store = new MemoryStore({ epoch: "epoch1" });
    api = await createHarness({ store });
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`POST ${PROJECT}/segments`, { body: { key: "staff", included: ["u1"] } });
    [ada, bob, eve] = [await api.makeToken("editor"), await api.makeToken("releaser"), await api.makeToken("releaser")];
    await protect(1);
  });

  const protect = (approvals: number) => api.ask(`PATCH ${PRODUCTION}`, { body: { protected: true, approvals } });
  const revision = () => api.ledger.state("default")?.revision ?? 0;
  const idOf = (got: Got) => String(field(got.body, "approval", "id"));
  const patch = (body: object, token = ada) => api.ask(`PATCH ${inProduction()}`, { token, body });
  const act = (verb: string, id: string, token: string, body: object = {}) =>
    api.ask(`POST ${APPROVALS}/${id}/${verb}`, { token, body });
  const waiting = async () => field((await api.ask(`GET ${APPROVALS}`)).body, "items");
  const enabled = () => field(api.ledger.view("default", "production", "server")?.ruleset(), "flags", "a", "enabled");

  it("make a change of a protected environment wait, and no revision", async () => {
    const before = revision();
    const got = await patch({ enabled: true, comment: "at last" });
    expect(got).toMatchObject({
      status: 202,
      body: {
        approval: {
          status: "waiting",
          action: "targeting.update",
          comment: "at last",
          author: { type: "token", name: "a editor" },
          needs: [{ environment: "production", approvals: 1, missing: 1 }],
          approvals: [],
          applies: true,
          request: { method: "PATCH", path: inProduction() },
          items: [{ flag: "a", environment: "production", before: { enabled: false }, after: { enabled: true } }],
        },
      },
    });
    expect([revision(), enabled()]).toEqual([before, false]);
    expect(await waiting()).toEqual([field(got.body, "approval")]);
  });

  it("apply it with the last word, as one change of its author that says who approved it", async () => {
    const id = idOf(await patch({ enabled: true, comment: "at last" }));
    const before = revision();
    const approved = await act("approve", id, bob, { comment: "looks good" });
    expect(approved).toMatchObject({
      status: 200,
      body: { approval: { id, status: "applied", revision: before + 1, approvals: [{ comment: "looks good" }] } },
    });
    expect([revision(), enabled(), await waiting()]).toEqual([before + 1, true, []]);
    const { body } = await api.ask(`GET ${PROJECT}/changes?limit=1`);
    expect(field(body, "items", 0)).toMatchObject({
      action: "targeting.update",
      comment: "at last",
      actor: { name: "a editor" },
      approval: { id, by: [{ name: "a releaser" }] },
    });
    expect((await api.ask(`GET ${PROJECT}/changes/verify`)).body).toMatchObject({ ok: true });
  });

  it("are not for whoever made the change, nor for an editor, nor for a viewer", async () => {
    const own = idOf(await patch({ enabled: true }, bob));
    expect(await act("approve", own, bob)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    expect((await act("reject", own, bob)).status).toBe(403);
    expect((await act("approve", own, ada)).status).toBe(403);
    expect((await act("approve", own, await api.makeToken("viewer"))).status).toBe(403);
    const elsewhere = await api.makeToken("releaser", { project: "default", environment: "staging" });
    expect((await act("approve", own, elsewhere)).status).toBe(403);
    expect(enabled()).toBe(false);
  });

  it("count everybody once", async () => {
    await protect(2);
    const id = idOf(await patch({ enabled: true }));
    expect((await act("approve", id, bob)).body).toMatchObject({ approval: { needs: [{ missing: 1 }] } });
    expect((await act("approve", id, bob)).body).toMatchObject({ approval: { needs: [{ missing: 1 }] } });
    expect(enabled()).toBe(false);
    expect((await act("approve", id, eve)).body).toMatchObject({ approval: { status: "applied" } });
    expect(enabled()).toBe(true);
  });

  it("are asked of the admin token of the settings too", async () => {
    const got = await api.ask(`POST ${inProduction()}/enable`);
    expect(got.status).toBe(202);
    expect((await api.ask(`POST ${APPROVALS}/${idOf(got)}/approve`)).status).toBe(403);
    expect((await api.ask(`PATCH ${PRODUCTION}`, { body: { protected: false } })).status).toBe(202);
    expect((await api.ask(`PATCH ${PRODUCTION}`, { body: { approvals: 0 } })).status).toBe(202);
    expect(enabled()).toBe(false);
  });

  it("let protection be lowered once somebody else agrees", async () => {
    const id = idOf(await api.ask(`PATCH ${PRODUCTION}`, { body: { protected: false } }));
    expect((await act("approve", id, bob)).body).toMatchObject({ approval: { status: "applied" } });
    expect((await patch({ enabled: true })).status).toBe(200);
  });

  it.each([
    ["a targeting", "PUT", `${inProduction()}`, ON],
    ["a switch", "POST", `${inProduction()}/enable`, {}],
    ["a rollout", "PUT", `${inProduction()}/rollout`, { percentage: 5 }],
    ["a segment", "PATCH", `${PROJECT}/segments/staff`, { included: ["u2"] }],
    ["a segment's keys", "POST", `${PROJECT}/segments/staff/keys`, { add: ["u9"] }],
    ["a segment's end", "DELETE", `${PROJECT}/segments/staff`, undefined],
    [
      "a variant",
      "PATCH",
      `${FLAGS}/a`,
      {
        variants: [
          { key: "yes", value: true },
          { key: "on", value: true },
          { key: "off", value: false },
        ],
      },
    ],
    ["an archive", "POST", `${FLAGS}/a/archive`, {}],
    ["what client keys see", "PATCH", `${FLAGS}/a`, { clientSide: true }],
    ["a promotion", "POST", `${PRODUCTION}/promote`, { from: "staging", flags: ["a"] }],
    ["a change set", "POST", `${PROJECT}/changes`, { items: [{ flag: "a", environment: "production", after: ON }] }],
    [
      "a new flag that is on",
      "POST",
      `${PROJECT}/changes`,
      {
        items: [
          { flag: "n", after: {} },
          { flag: "n", environment: "production", after: ON },
        ],
      },
    ],
    ["a schedule", "POST", `${inProduction()}/schedules`, { at: "2026-02-01T00:00:00Z", change: { enabled: true } }],
    ["a revert", "POST", `${PROJECT}/revert`, { to: 4, segment: "staff" }],
  ])("hold up %s", async (what, method, path, body) => {
    if (what === "a revert") {
      await act("approve", idOf(await api.ask(`PATCH ${PROJECT}/segments/staff`, { body: { included: [] } })), bob);
    }
    if (what === "a promotion") await api.ask(`POST ${FLAGS}/a/environments/staging/enable`);
    const before = revision();
    const got = await api.ask(`${method} ${path}`, { token: ada, ...(body === undefined ? {} : { body }) });
    expect(got.status).toBe(202);
    expect(revision()).toBe(before);
    const approved = await act("approve", idOf(got), bob);
    expect(approved.body).toMatchObject({ approval: { status: "applied", revision: before + 1 } });
    expect(revision()).toBe(before + 1);
  });

  it.each([
    ["another environment's targeting", "PATCH", `${FLAGS}/a/environments/staging`, { enabled: true }, 200],
    ["a description", "PATCH", `${FLAGS}/a`, { description: "d" }, 200],
    ["a new flag, which is off", "POST", FLAGS, { key: "n" }, 201],
    ["a new segment", "POST", `${PROJECT}/segments`, { key: "new" }, 201],
    [
      "a dry run",
      "POST",
      `${PROJECT}/changes`,
      { dryRun: true, items: [{ flag: "a", environment: "production", after: ON }] },
      200,
    ],
  ])("do not hold up %s", async (_, method, path, body, status) => {
    expect((await api.ask(`${method} ${path}`, { token: ada, body })).status).toBe(status);
    expect(await waiting()).toEqual([]);
  });

  it("are passed by a kill, which a releaser may", async () => {
    const id = idOf(await patch({ enabled: true }));
    await act("approve", id, bob);
    expect((await api.ask(`POST ${inProduction()}/kill`, { token: ada })).status).toBe(403);
    expect((await api.ask(`POST ${inProduction()}/kill`, { token: bob })).status).toBe(200);
    expect(enabled()).toBe(false);
  });

  it("are asked once for a release, whole", async () => {
    const steps = [5, 100].map((percentage) => ({ percentage, hold: "1h" }));
    const id = idOf(await api.ask(`POST ${inProduction()}/release`, { token: bob, body: { steps } }));
    expect((await act("approve", id, eve)).body).toMatchObject({ approval: { status: "applied" } });
    for (const move of ["pause", "resume", "advance", "rollback"]) {
      expect([move, (await api.ask(`POST ${inProduction()}/release/${move}`, { token: bob })).status]).toEqual([
        move,
        200,
      ]);
    }
  });

  it("end where what was approved no longer applies, with a clear answer", async () => {
    const id = idOf(await patch({ enabled: true }));
    await api.ask(`POST ${FLAGS}/a/environments/staging/enable`);
    expect((await api.ask(`GET ${APPROVALS}/${id}`)).body).toMatchObject({ applies: true });
    await api.ask(`PATCH ${FLAGS}/a`, { body: { description: "it means something else now" } });
    expect((await api.ask(`GET ${APPROVALS}/${id}`)).body).toMatchObject({ applies: false });
    const got = await act("approve", id, bob);
    expect(got).toMatchObject({ status: 409, body: { code: "approval_outdated" } });
    expect(field(got.body, "detail")).toMatch(/^What was approved no longer applies: the flag a was changed meanwhile/);
    expect((await api.ask(`GET ${APPROVALS}/${id}`)).body).toMatchObject({ status: "outdated" });
    expect(await act("approve", id, eve)).toMatchObject({ status: 409, body: { code: "approval_closed" } });
    expect(enabled()).toBe(false);
  });

  it("carry over what was promoted then, not what the source has by now", async () => {
    await api.ask(`POST ${FLAGS}/a/environments/staging/enable`);
    const id = idOf(
      await api.ask(`POST ${PRODUCTION}/promote`, { token: ada, body: { from: "staging", flags: ["a"] } }),
    );
    await api.ask(`PATCH ${FLAGS}/a/environments/staging`, {
      body: { enabled: false, fallthrough: { variant: "off" } },
    });
    await act("approve", id, bob);
    expect((await api.ask(`GET ${inProduction()}`)).body).toMatchObject({
      enabled: true,
      fallthrough: { variant: "on" },
    });
  });

  it("ask what has to hold when the change is made, too, and wait on where it would not", async () => {
    const id = idOf(await patch({ enabled: true }));
    const stated = { key: "off", environment: "production", flag: "a", context: {}, serves: ["off"] };
    await api.ask(`POST ${PROJECT}/invariants`, { body: stated });
    expect(await act("approve", id, bob)).toMatchObject({ status: 422, body: { code: "invariant_broken" } });
    expect(await waiting()).toMatchObject([{ id, approvals: [] }]);
    const removed = await api.ask(`DELETE ${PROJECT}/invariants/off`);
    expect(removed.status).toBe(202);
    await act("approve", idOf(removed), eve);
    expect((await act("approve", id, bob)).body).toMatchObject({ approval: { status: "applied" } });
  });

  it("are rejected by others and withdrawn by whoever made the change", async () => {
    const first = idOf(await patch({ enabled: true }));
    expect((await act("withdraw", first, eve)).status).toBe(403);
    const rejected = await act("reject", first, eve, { comment: "not on a Friday" });
    expect(rejected.body).toMatchObject({ approval: { status: "rejected", closed: { comment: "not on a Friday" } } });
    expect(await act("approve", first, bob)).toMatchObject({ status: 409, body: { code: "approval_closed" } });
    const second = idOf(await patch({ enabled: true }));
    expect((await act("withdraw", second, ada)).body).toMatchObject({ approval: { status: "withdrawn" } });
    expect((await act("withdraw", second, ada)).status).toBe(200);
    expect((await act("reject", second, bob)).status).toBe(409);
    expect(await waiting()).toEqual([]);
    const all = await api.ask(`GET ${APPROVALS}?status=all&limit=1`);
    expect(all.body).toMatchObject({ items: [{}], nextCursor: expect.any(String) });
    const rest = await api.ask(`GET ${APPROVALS}?status=all&cursor=${field(all.body, "nextCursor")}`);
    expect(new Set([field(all.body, "items", 0, "id"), field(rest.body, "items", 0, "id")])).toEqual(
      new Set([first, second]),
    );
  });

  it.each([
    ["approve", /^\S+ does not wait any more: it was applied by a releaser at .*, as revision (\d+)\. To undo/],
    ["reject", /^\S+ does not wait any more: it was rejected by a releaser at .*\. Its author can propose it/],
  ] as const)("say to everybody what became of them once they are over: %s", async (verb, told) => {
    const id = idOf(await patch({ enabled: true }, eve));
    await act(verb, id, bob);
    for (const [word, who] of [
      ["approve", eve],
      ["reject", eve],
      ["reject", await api.makeToken("admin")],
      ["withdraw", eve],
      ["withdraw", ada],
    ] as const) {
      const got = await act(word, id, who);
      expect([word, got.status, field(got.body, "code")]).toEqual([word, 409, "approval_closed"]);
      expect(field(got.body, "detail")).toMatch(told);
    }
  });

  it("can be undone as they say, once they are applied", async () => {
    const id = idOf(await patch({ enabled: true }, eve));
    await act("approve", id, bob);
    const { body } = await act("reject", id, eve);
    const to = Number(/to revision (\d+)\.$/.exec(String(field(body, "detail")))?.[1]);
    const back = await api.ask(`POST ${PROJECT}/revert`, {
      token: ada,
      body: { to, flag: "a", environment: "production" },
    });
    await act("approve", idOf(back), bob);
    expect(enabled()).toBe(false);
  });

  it("expire after a week", async () => {
    const id = idOf(await patch({ enabled: true }));
    api.advance(7 * 24 * 60 * 60_000);
    expect(await waiting()).toEqual([]);
    expect(await act("approve", id, bob)).toMatchObject({ status: 409, body: { code: "approval_closed" } });
    expect((await api.ask(`GET ${APPROVALS}?status=expired`)).body).toMatchObject({
      items: [{ id, status: "expired" }],
    });
  });

  it("have one outcome where somebody approves while the author withdraws", async () => {
    for (let round = 0; round < 8; round++) {
      const before = revision();
      const id = idOf(await patch({ enabled: enabled() !== true }));
      const [approved, withdrawn] = await Promise.all([act("approve", id, bob), act("withdraw", id, ada)]);
      const status = field((await api.ask(`GET ${APPROVALS}/${id}`)).body, "status");
      expect([approved.status, withdrawn.status].sort()).toEqual([200, 409]);
      expect(status).toBe(approved.status === 200 ? "applied" : "withdrawn");
      expect(revision() - before).toBe(approved.status === 200 ? 1 : 0);
    }
  });

  it("apply a change once where two give the last word at once", async () => {
    await protect(2);
    const id = idOf(await patch({ enabled: true }));
    const before = revision();
    const words = await Promise.all([act("approve", id, bob), act("approve", id, eve)]);
    expect(words.map(({ status }) => status)).toEqual([200, 200]);
    expect((await api.ask(`GET ${APPROVALS}/${id}`)).body).toMatchObject({ status: "applied", revision: before + 1 });
    expect(revision()).toBe(before + 1);
  });

  it("keep a stream of keys from going around them", async () => {
    const got = await api.ask(`PUT ${PROJECT}/segments/staff/keys`, { body: "u7\n" });
    expect(got).toMatchObject({ status: 409, body: { code: "approval_required" } });
  });

  it.each([
    ["approve", () => bob, "applied"],
    ["reject", () => bob, "rejected"],
    ["withdraw", () => ada, "withdrawn"],
  ] as const)(
    "F32: %s gives its answer again, though no answer was kept but with the change",
    async (verb, who, status) => {
      const id = idOf(await patch({ enabled: true }));
      const before = revision();
      const asked = { token: who(), headers: { "idempotency-key": "k3" } };
      store.idempotency.complete = () => Promise.reject(new StoreFault("unavailable", "gone"));
      const first = await api.ask(`POST ${APPROVALS}/${id}/${verb}`, asked);
      expect(first.body).toMatchObject({ approval: { status } });
      const next = await createHarness({ store });
      // By then the claim of whoever was killed is free.
      next.advance(CLAIM_HELD_MS);
      const again = await next.ask(`POST ${APPROVALS}/${id}/${verb}`, asked);
      expect([again.status, again.text]).toEqual([200, first.text]);
      expect(next.ledger.state("default")?.revision).toBe(before + (verb === "approve" ? 1 : 0));
    },
  );

  it("F32: give the same answer to the same request, and wait once", async () => {
    const once = { token: ada, headers: { "idempotency-key": "k1" } };
    const first = await api.ask(`POST ${inProduction()}/enable`, once);
    const again = await api.ask(`POST ${inProduction()}/enable`, once);
    expect([first.status, again.status, again.text]).toEqual([202, 202, first.text]);
    expect(await waiting()).toHaveLength(1);
    const word = { token: bob, headers: { "idempotency-key": "k2" } };
    const approved = await api.ask(`POST ${APPROVALS}/${idOf(first)}/approve`, word);
    const after = revision();
    const approvedAgain = await api.ask(`POST ${APPROVALS}/${idOf(first)}/approve`, word);
    expect([approvedAgain.status, approvedAgain.text]).toEqual([200, approved.text]);
    expect(revision()).toBe(after);
  });

  it("are not there for a project, or an environment, in which they do not wait", async () => {
    const id = idOf(await patch({ enabled: true }));
    expect((await api.ask(`GET ${PROJECT}/environments/staging/approvals/${id}`)).status).toBe(404);
    expect((await api.ask(`POST ${PROJECT}/environments/staging/approvals/${id}/approve`, { token: bob })).status).toBe(
      404,
    );
    expect((await api.ask(`GET ${APPROVALS}/nothing`)).status).toBe(404);
  });

  it("of two environments are given for each, by whoever reaches it", async () => {
    await api.ask(`PATCH ${PROJECT}/environments/staging`, { body: { protected: true, approvals: 1 } });
    const id = idOf(await api.ask(`PATCH ${PROJECT}/segments/staff`, { token: ada, body: { included: ["u2"] } }));
    const here = await api.makeToken("releaser", { project: "default", environment: "production" });
    expect((await act("approve", id, here)).body).toMatchObject({
      approval: { status: "waiting", needs: [{ environment: "production", missing: 0 }] },
    });
    expect((await act("approve", id, bob)).body).toMatchObject({ approval: { status: "applied" } });
  });
});
