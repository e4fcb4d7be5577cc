/** People who approve and withdraw at once, each by another node. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { type Answer, Server } from "./server.ts";

const PRODUCTION = "projects/default/environments/production";
const TARGETING = "projects/default/flags/gate/environments/production";
const ROUNDS = 12;
const freshFolder = temporaryFolders();

interface Approval {
  readonly id: string;
  readonly status: string;
}
interface Answered {
  readonly approval: Approval;
  readonly code?: string;
}

await describePostgres("approvals on two nodes", ({ url, freshSchema }) => {
  let nodes: readonly [Server, Server];
  /** Whose `Authorization` each is. */
  let author: Record<string, string>;
  let approvers: readonly Record<string, string>[];

  beforeAll(async () => {
    const database = new URL(url);
    database.searchParams.set("search_path", await freshSchema());
    nodes = [new Server(database.href, freshFolder()), new Server(database.href, freshFolder())];
    for (const node of nodes) await node.start();
    const [node] = nodes;
    const bearer = async (role: string) => {
      const { token } = await node.must<{ token: string }>("POST", "tokens", { name: role, role });
      return { authorization: `Bearer ${token}` };
    };
    author = await bearer("editor");
    approvers = [await bearer("releaser"), await bearer("releaser")];
    await node.must("POST", "projects/default/flags", { key: "gate" });
  });
  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop("SIGKILL");
  });

  const head = async (node = nodes[0]) => (await node.must<{ revision: number }>("GET", "projects/default")).revision;
  const isEnabled = async (node: Server) => (await node.must<{ enabled: boolean }>("GET", TARGETING)).enabled;
  const statusOn = async (node: Server, id: string) =>
    (await node.must<Approval>("GET", `${PRODUCTION}/approvals/${id}`)).status;
  /** Proposed by the one node, for what the other one may have written a moment ago. */
  const propose = async (by: Server, enabled: boolean): Promise<string> => {
    const { status, body } = await by.ask<Answered>("PATCH", TARGETING, { enabled }, author);
    expect([status, body]).toEqual([202, body]);
    return body.approval.id;
  };
  const act = (node: Server, verb: string, id: string, who: Record<string, string> = {}): Promise<Answer<Answered>> =>
    node.ask("POST", `${PRODUCTION}/approvals/${id}/${verb}`, {}, who);
  /** What was said at one node is known at the other. */
  const level = () => until(async () => (await head(nodes[0])) === (await head(nodes[1])));
  const bothShow = async (enabled: boolean): Promise<void> => {
    for (const node of nodes) await until(async () => (await isEnabled(node)) === enabled);
  };

  it("have one outcome, the same for all, where one approves by the one node while the author withdraws by the other", async () => {
    await nodes[0].must("PATCH", PRODUCTION, { protected: true, approvals: 1 });
    await level();
    let enabled = false;
    for (let round = 0; round < ROUNDS; round += 1) {
      const [here, there] = round % 2 === 0 ? nodes : [nodes[1], nodes[0]];
      const before = await head(here);
      const id = await propose(there, !enabled);
      const [approved, withdrawn] = await Promise.all([
        act(here, "approve", id, approvers[0]),
        act(there, "withdraw", id, author),
      ]);
      expect([approved.status, withdrawn.status].sort()).toEqual([200, 409]);
      const [taken, refused] = approved.status === 200 ? [approved, withdrawn] : [withdrawn, approved];
      expect(refused.body.code).toBe("approval_closed");
      const { status } = taken.body.approval;
      expect(status).toBe(taken === approved ? "applied" : "withdrawn");
      for (const node of nodes) expect(await statusOn(node, id)).toBe(status);
      if (status === "applied") enabled = !enabled;
      expect(await head(here)).toBe(before + (status === "applied" ? 1 : 0));
      await bothShow(enabled);
    }
  });

  it("apply a change once where two give the last words at once, each by another node", async () => {
    await nodes[0].must("PATCH", PRODUCTION, { approvals: 2 });
    await level();
    let enabled = await isEnabled(nodes[0]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [here, there] = round % 2 === 0 ? nodes : [nodes[1], nodes[0]];
      const before = await head(there);
      const id = await propose(here, !enabled);
      const votes = await Promise.all([
        act(here, "approve", id, approvers[0]),
        act(there, "approve", id, approvers[1]),
      ]);
      expect(votes.map(({ status, body }) => [status, body.code])).toEqual([
        [200, undefined],
        [200, undefined],
      ]);
      for (const node of nodes) await until(async () => (await statusOn(node, id)) === "applied");
      enabled = !enabled;
      await bothShow(enabled);
      expect(await head(there)).toBe(before + 1);
    }
    expect(await nodes[0].must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
  });
});
