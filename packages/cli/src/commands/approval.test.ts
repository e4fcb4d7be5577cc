import { describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";

const { cli, done } = realServer();

/** A flag in a protected environment, and a colleague's token. */
async function prepared(): Promise<{ readonly bob: string }> {
  await done("flag", "create", "a");
  await done("env", "protect", "production", "--approvals", "1");
  const { stdout } = await done("token", "create", "bob", "--role", "releaser");
  return { bob: stdout.trim() };
}

const proposed = async (): Promise<string> => {
  const { stdout } = await done("flag", "enable", "a", "--json");
  return String(JSON.parse(stdout).approval.id);
};

describe("a change that has to be approved", () => {
  it("says what waits, for whom, and how to go on", async () => {
    await prepared();
    const { code, stdout } = await cli(["flag", "enable", "a", "--yes"]);
    expect(code).toBe(0);
    const id = /nothing was changed yet: (\S+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`~ a in production\n    enabled  false  → true\n`);
    expect(stdout).toContain("production asks for 1 more: a releaser or admin who is not its author");
    expect(stdout).toContain(`bannerol approve ${id} --env production`);
    expect((await cli(["flag", "show", "a", "--json"])).stdout).not.toContain('"enabled": true');
  });

  it("is listed, shown, approved by somebody else, and told in the log", async () => {
    const { bob } = await prepared();
    const id = await proposed();
    expect((await cli(["approvals"])).stdout).toContain(id);
    expect((await cli(["approvals", "show", id])).stdout).toMatch(/waiting {2}flag\.enable by/);
    const own = await cli(["approve", id]);
    expect([own.code, own.stderr]).toEqual([5, expect.stringContaining("You made what")]);
    const approved = await cli(["approve", id, "--comment", "go"], { env: { BANNEROL_TOKEN: bob } });
    expect([approved.code, approved.stdout]).toEqual([0, expect.stringMatching(/applied as revision \d+/)]);
    expect(approved.stderr).toContain("enabled  false  → true");
    expect((await cli(["approvals"])).stderr).toContain("Nothing waits for approval.");
    expect((await cli(["approvals", "--status", "applied"])).stdout).toContain(id);
    expect((await cli(["approve", id], { env: { BANNEROL_TOKEN: bob } })).code).toBe(0);
  });

  it("is rejected by others, and withdrawn by whoever made it", async () => {
    const { bob } = await prepared();
    const first = await proposed();
    const rejected = await cli(["reject", first, "--comment", "not on a Friday"], { env: { BANNEROL_TOKEN: bob } });
    expect([rejected.code, rejected.stdout]).toEqual([0, expect.stringContaining("rejected by bob")]);
    const second = await proposed();
    expect((await cli(["withdraw", second])).stdout).toContain("withdrawn");
    expect((await cli(["approve", second], { env: { BANNEROL_TOKEN: bob } })).code).toBe(6);
  });
});

describe("bannerol freeze", () => {
  it("lets only kills pass until it is ended", async () => {
    await done("flag", "create", "a");
    await done("flag", "enable", "a");
    const added = await done("freeze", "add", "now", "--until", "2999-01-01T00:00:00Z", "--reason", "Year end");
    expect(added.stdout).toContain("production is frozen");
    expect((await cli(["freeze", "list"])).stdout).toMatch(/now +frozen .*Year end/);
    const refused = await cli(["flag", "disable", "a", "--yes"]);
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining("bannerol freeze end now")]);
    await done("kill", "a");
    await done("freeze", "end", "now");
    await done("flag", "enable", "a");
  });
});
