import { beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import type { CommitResult, UnitOfWork } from "../../store/port.ts";
import { createHarness, field, type Harness } from "../../testing/harness.ts";

const PROJECTS = "/api/v1/projects";

/** A store in which the next change of a project fails, as where the process dies in between. */
class CuttingStore extends MemoryStore {
  cut: string | undefined;

  override async commit(...works: UnitOfWork[]): Promise<CommitResult> {
    if (works.some(({ project }) => project === this.cut)) throw new Error("cut short");
    return super.commit(...works);
  }
}

describe("projects", () => {
  let api: Harness;
  let store: CuttingStore;
  beforeEach(async () => {
    store = new CuttingStore({ epoch: "e" });
    api = await createHarness({ store });
  });
  const create = (body: object, token?: string) =>
    api.ask(`POST ${PROJECTS}`, { body, ...(token === undefined ? {} : { token }) });

  it("have a history of their own from revision 1, with the usual environments unless others are named", async () => {
    const made = await create({ key: "mobile", name: "Mobile apps", comment: "new team" });
    expect(made).toMatchObject({ status: 201, body: { key: "mobile", name: "Mobile apps", revision: 1 } });
    await create({ key: "web", environments: ["test", "live"] });
    const environmentsOf = async (project: string) => {
      const { body } = await api.ask(`GET ${PROJECTS}/${project}/environments`);
      return Object(field(body, "items")).map((item: unknown) => [field(item, "key"), field(item, "name")]);
    };
    expect(await environmentsOf("mobile")).toEqual([
      ["development", "Development"],
      ["staging", "Staging"],
      ["production", "Production"],
    ]);
    expect(await environmentsOf("web")).toEqual([
      ["test", "test"],
      ["live", "live"],
    ]);
    const { body } = await api.ask(`GET ${PROJECTS}/mobile/changes`);
    expect(field(body, "items")).toMatchObject([{ revision: 1, action: "project.setup", comment: "new team" }]);
    expect(Object(field((await api.ask(`GET ${PROJECTS}`)).body, "items"))).toHaveLength(3);
  });

  it("share nothing: the same keys, other revisions", async () => {
    await create({ key: "mobile" });
    const before = api.ledger.state("default")?.revision;
    await api.ask(`POST ${PROJECTS}/mobile/flags`, { body: { key: "a" } });
    await api.ask(`POST ${PROJECTS}/mobile/flags/a/environments/production/enable`);
    expect(api.ledger.state("default")?.revision).toBe(before);
    expect((await api.ask(`GET ${PROJECTS}/default/flags/a`)).status).toBe(404);
    const past = await api.ask(`GET ${PROJECTS}/mobile/environments/production/ruleset?at=2`);
    expect(past.body).toMatchObject({ project: "mobile", revision: 2, flags: { a: { enabled: false } } });
    const back = await api.ask(`POST ${PROJECTS}/mobile/revert`, { body: { to: 2, environment: "production" } });
    expect(back).toMatchObject({ status: 200, body: { revision: 4 } });
  });

  it("are made once", async () => {
    await create({ key: "mobile" });
    for (const key of ["mobile", "default"]) {
      expect(await create({ key })).toMatchObject({ status: 409, body: { code: "already_exists" } });
    }
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ key: "web" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(api.ledger.state("web")?.revision).toBe(1);
  });

  it("that were cut short while they were made are made by the next try", async () => {
    store.cut = "mobile";
    expect((await create({ key: "mobile" })).status).toBe(500);
    expect(api.ledger.state("mobile")?.revision).toBe(0);
    store.cut = undefined;
    expect(await create({ key: "mobile", name: "Mobile" })).toMatchObject({ status: 201, body: { name: "Mobile" } });
    expect((await create({ key: "mobile" })).status).toBe(409);
  });

  it.each([
    [{}, "key"],
    [{ key: "_system" }, "key"],
    [{ key: "A" }, "key"],
    [{ key: "a", environments: [] }, "environments"],
    [{ key: "a", environments: ["x", "x"] }, "environments"],
    [{ key: "a", environments: ["X"] }, "environments[0]"],
    [{ key: "a", owner: "me" }, "owner"],
  ])("are not made of %j", async (body, path) => {
    expect(await create(body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it("A1, A3, A10: are closed to tokens of another, whatever the route and whether or not it is there", async () => {
    await create({ key: "mobile" });
    await api.ask(`POST ${PROJECTS}/mobile/flags`, { body: { key: "a" } });
    const token = await api.makeToken("admin", { project: "default" });
    const body: { readonly [path: string]: object } = {
      flags: { key: "b" },
      segments: { key: "b" },
      environments: { key: "b" },
      changes: { items: [{ flag: "a", after: {} }] },
      revert: { to: 1, flag: "a" },
    };
    for (const project of ["mobile", "nowhere", "_system"]) {
      for (const [path, sent] of Object.entries(body)) {
        const got = await api.ask(`POST ${PROJECTS}/${project}/${path}`, { token, body: sent });
        expect([path, got.status, field(got.body, "code")]).toEqual([path, 403, "not_allowed"]);
      }
      const read = await api.ask(`GET ${PROJECTS}/${project}/environments/production/ruleset?at=1`, { token });
      expect(read.status).toBe(403);
    }
    expect((await create({ key: "third" }, token)).status).toBe(403);
    const listed = (await api.ask(`GET ${PROJECTS}`, { token })).body;
    expect(Object(field(listed, "items")).map((item: unknown) => field(item, "key"))).toEqual(["default"]);
    expect(api.ledger.state("mobile")?.revision).toBe(2);
  });
});
