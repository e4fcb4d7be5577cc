/** A release where others have to approve what alters the environment: once, whole, and then it goes its way. */
import { beforeEach, describe, expect, it } from "vitest";
import { field, START } from "../../testing/harness.ts";
import { createReleases, MINUTE, PLACE, plan, RELEASE, type Releases } from "./testing/releases.ts";

const PRODUCTION = "/api/v1/projects/default/environments/production";

describe("a release in an environment that asks for approval", () => {
  let checkout: Releases;
  let ada: string;
  let bob: string;
  beforeEach(async () => {
    checkout = await createReleases();
    [ada, bob] = [await checkout.api.makeToken("releaser"), await checkout.api.makeToken("releaser")];
    await checkout.api.ask(`PATCH ${PRODUCTION}`, { body: { protected: true, approvals: 1 } });
  });

  const approvals = (id: unknown, token: string) =>
    checkout.api.ask(`POST ${PRODUCTION}/approvals/${String(id)}/approve`, { token });
  const waiting = async () => Object(field((await checkout.api.ask(`GET ${PRODUCTION}/approvals`)).body, "items"));

  it("waits whole, is approved once by somebody else, and makes every step by itself", async () => {
    const asked = await checkout.start({}, ada);
    expect(asked).toMatchObject({ status: 202, body: { approval: { status: "waiting", action: "release.start" } } });
    expect((await checkout.api.ask(`GET ${RELEASE}`)).status).toBe(404);
    expect(await checkout.targeting()).toMatchObject({ enabled: false });
    const id = field(asked.body, "approval", "id");
    expect((await approvals(id, ada)).status).toBe(403);
    await checkout.passes(10 * MINUTE);
    expect((await approvals(id, bob)).body).toMatchObject({ approval: { status: "applied" } });
    // Its hold begins as it does, however long it waited.
    expect(await checkout.release()).toMatchObject({ state: "running", step: 0, heldMs: 0 });
    for (const share of [25_000, 100_000]) {
      await checkout.passes(MINUTE);
      expect(await checkout.served()).toMatchObject({ on: share });
    }
    await checkout.passes(MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "completed" });
    expect(await waiting()).toEqual([]);
    expect(await checkout.actions()).toEqual([
      "release.complete",
      "release.step",
      "release.step",
      "release.start",
      "flag.create",
    ]);
  });

  it("is moved by whoever may release without another approval; an edit of its rollout waits", async () => {
    await approvals(field((await checkout.start({}, ada)).body, "approval", "id"), bob);
    for (const verb of ["pause", "resume", "advance", "rollback"])
      expect((await checkout.api.ask(`POST ${RELEASE}/${verb}`, { token: ada })).status).toBe(200);
    expect(await checkout.targeting()).toMatchObject({ enabled: false });
    const edit = await checkout.api.ask(`PUT ${PLACE}/rollout`, { token: ada, body: { percentage: 100 } });
    expect(edit.status).toBe(202);
  });

  it("is approved as it is scheduled, not at night", async () => {
    const body = { at: new Date(START + 60 * MINUTE).toISOString(), release: { steps: plan } };
    const asked = await checkout.api.ask(`POST ${PLACE}/schedules`, { token: ada, body });
    expect(asked).toMatchObject({ status: 202, body: { approval: { action: "release.schedule" } } });
    expect((await approvals(field(asked.body, "approval", "id"), bob)).status).toBe(200);
    expect((await checkout.api.ask(`GET ${PLACE}/schedules`)).body).toMatchObject({ items: [{ at: body.at }] });
    await checkout.passes(60 * MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "running", step: 0 });
    expect(await waiting()).toEqual([]);
  });

  it.each([
    ["before anybody had to", 0],
    ["when fewer had to", 1],
  ])("does not begin where it was scheduled %s", async (_, votes) => {
    const unprotected = { protected: votes > 0, approvals: votes };
    const protect = (body: object) => checkout.api.ask(`PATCH ${PRODUCTION}`, { body });
    if (votes === 0) await approvals(field((await protect(unprotected)).body, "approval", "id"), bob);
    const body = { at: new Date(START + 60 * MINUTE).toISOString(), release: { steps: plan } };
    const asked = await checkout.api.ask(`POST ${PLACE}/schedules`, { token: ada, body });
    expect(asked.status).toBe(votes === 0 ? 201 : 202);
    if (votes > 0) await approvals(field(asked.body, "approval", "id"), bob);
    const raised = await protect({ protected: true, approvals: votes + 1 });
    expect(raised.status).toBe(200);
    await checkout.passes(60 * MINUTE);
    expect(await checkout.targeting()).toMatchObject({ enabled: false });
    expect(await checkout.release()).toMatchObject({
      state: "aborted",
      reason: expect.stringContaining(`It could not begin: production asks for ${votes + 1} approval`),
    });
  });
});
