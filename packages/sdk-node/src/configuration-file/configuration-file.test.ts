/** File mode as applications meet it: real files, and what people and tools do to them. */
import { chmod, mkdir, mkdtemp, open, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient, type NodeFlagClient } from "../create-client.ts";

let folder = "";
let file = "";
const clients: NodeFlagClient[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "bannerol-file-"));
  file = path.join(folder, "flags.yaml");
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await rm(folder, { recursive: true });
});

const serving = (variant: string) => `flags:\n  flag: {fallthrough: {variant: ${variant}}}\n`;

function follow(options: { file?: string; maxRulesetBytes?: number; readyTimeoutMs?: number } = {}) {
  const warnings: string[] = [];
  const client = createClient({ file, ...options, logger: { warn: (message) => void warnings.push(message) } });
  clients.push(client);
  const problems: { code: string; message: string }[] = [];
  client.on("error", (problem) => problems.push(problem));
  return { client, problems, warnings };
}

const soon = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 });

async function started(text = serving("on")) {
  await writeFile(file, text);
  const following = follow();
  expect(await following.client.ready()).toEqual({ source: "file" });
  return following;
}

describe("a configuration file", () => {
  it("is served, numbered by its changes, and tells them", async () => {
    const { client } = await started();
    expect(client.isEnabled("flag")).toBe(true);
    expect(client.status()).toMatchObject({ state: "live", source: "file", revision: 1, problem: undefined });
    const changes: unknown[] = [];
    client.on("change", (change) => changes.push(change));
    await writeFile(file, serving("off"));
    expect(await client.atLeast(2, { timeoutMs: 4_000 })).toBe(2);
    expect(client.isEnabled("flag")).toBe(false);
    expect(changes).toEqual([{ epoch: expect.stringMatching(/^file-/), revision: 2, keys: ["flag"] }]);
  });

  it("may say its own epoch and revision, and be JSON", async () => {
    const json = path.join(folder, "flags.json");
    await writeFile(json, JSON.stringify({ epoch: "mine", revision: 42, flags: { flag: {} } }));
    const { client } = follow({ file: json });
    await client.ready();
    expect(client.status()).toMatchObject({ epoch: "mine", revision: 42 });
  });

  it.each([
    ["{}"],
    ["JSON", '{"flags": {"flag": {"fallthrough": {"variant": "on"}}}}'],
    ["YAML", "{flags: {flag: {fallthrough: {variant: on}}}}"],
  ])("without an ending in its name is what it holds: %s", async (_, text = serving("on")) => {
    const plain = path.join(folder, "flags");
    await writeFile(plain, text);
    const { client } = follow({ file: plain });
    await client.ready();
    expect(client.isEnabled("flag")).toBe(true);
  });

  it("is waited for", async () => {
    const { client, problems } = follow();
    expect(client.evaluate("flag", {}, true)).toMatchObject({ value: true, errorCode: "PROVIDER_NOT_READY" });
    await soon(() => expect(problems).toHaveLength(1));
    expect(problems[0]?.message).toBe(
      `${file} cannot be read. There is no file ${file}. Put it there, or correct the path. Until it can be used, evaluation serves defaults.`,
    );
    await writeFile(file, serving("on"));
    expect(await client.ready()).toEqual({ source: "file" });
    expect(client.status()).toMatchObject({ state: "live", problem: undefined });
  });

  it.each<[string, () => Promise<void>]>([
    ["written over", () => writeFile(file, serving("off"))],
    [
      "replaced by a rename",
      async () => {
        await writeFile(`${file}.new`, serving("off"));
        await rename(`${file}.new`, file);
      },
    ],
    [
      "removed and made again",
      async () => {
        await unlink(file);
        await writeFile(file, serving("off"));
      },
    ],
    [
      "emptied, and written a moment later",
      async () => {
        const handle = await open(file, "w");
        await new Promise((resolve) => setTimeout(resolve, 150));
        await handle.writeFile(serving("off"));
        await handle.close();
      },
    ],
    [
      "edited ten times in a row",
      async () => {
        for (let edit = 0; edit < 10; edit++) await writeFile(file, serving(edit === 9 ? "off" : "on"));
      },
    ],
  ])("is followed when it is %s, without an alarm", async (_, edit) => {
    const { client, problems } = await started();
    await edit();
    await soon(() => expect(client.isEnabled("flag")).toBe(false));
    expect(problems).toEqual([]);
  });

  it("is followed through a swapped link, as Kubernetes does it", async () => {
    for (const [version, variant] of [
      ["v1", "on"],
      ["v2", "off"],
    ] as const) {
      await mkdir(path.join(folder, version));
      await writeFile(path.join(folder, version, "flags.yaml"), serving(variant));
    }
    await symlink("v1", path.join(folder, "..data"));
    await symlink(path.join("..data", "flags.yaml"), file);
    const { client } = follow();
    await client.ready();
    expect(client.isEnabled("flag")).toBe(true);
    await symlink("v2", path.join(folder, "..data_tmp"));
    await rename(path.join(folder, "..data_tmp"), path.join(folder, "..data"));
    await soon(() => expect(client.isEnabled("flag")).toBe(false));
  });

  it("that is broken leaves the last good state, and is reported once with its place", async () => {
    const { client, problems, warnings } = await started();
    await writeFile(file, `${serving("off")}  flag: {}\n`);
    await soon(() => expect(problems).toHaveLength(1));
    const message = `${file} holds no ruleset that can be used. What was read before stays in force.\n  ${file}:3:3 This key is given twice in this map. Remove or rename one.`;
    expect(problems[0]).toMatchObject({ code: "file_invalid", message, places: [{ line: 3, column: 3 }] });
    expect(warnings).toEqual([`Bannerol: ${message}`]);
    expect(client.isEnabled("flag")).toBe(true);
    expect(client.status()).toMatchObject({ state: "offline", revision: 1, problem: { code: "file_invalid" } });
    await writeFile(file, serving("on"));
    await soon(() => expect(client.status()).toMatchObject({ state: "live", revision: 1, problem: undefined }));
    expect(problems).toHaveLength(1);
  });

  it("that holds something else is broken, too", async () => {
    const { client, problems } = await started();
    await writeFile(file, "hello: world\n");
    await soon(() => expect(problems).toHaveLength(1));
    expect(problems[0]?.message).toContain(`${file}:1:1 This is no ruleset: flags has to be`);
    expect(client.isEnabled("flag")).toBe(true);
  });

  it("with a malformed flag and an unknown operator is served but for these, each with its place", async () => {
    const { client, problems } = await started(`flags:
  good: {fallthrough: {variant: on}}
  heavy.one:
    fallthrough:
      rollout: {weights: {on: 100001}}
  odd:
    rules:
      - when: {attribute: plan, op: sounds, values: [x]}
        serve: {variant: on}
`);
    expect(client.isEnabled("good")).toBe(true);
    expect(client.isEnabled("odd", { plan: "x" }, true)).toBe(false);
    expect(client.evaluate("heavy.one", {}, true)).toMatchObject({ value: true, errorCode: "PARSE_ERROR" });
    expect(client.status()).toMatchObject({ state: "live", problem: { code: "file_flawed" } });
    const problem = client.status().problem;
    expect(problem?.places?.map(({ line, column, path: where }) => `${line}:${column} ${where}`)).toEqual([
      "5:17 flags.heavy.one.fallthrough.rollout.weights",
      "5:31 flags.heavy.one.fallthrough.rollout.weights.on",
      "8:37 flags.odd.rules[0].when.op",
    ]);
    expect(problem?.message).toContain(`${file}:8:37 flags.odd.rules[0].when.op: The operator "sounds" is not known`);
    expect(problems).toEqual([problem]);
  });

  it("that is removed for good leaves the last good state", async () => {
    const { client, problems } = await started();
    await unlink(file);
    await soon(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toMatchObject({
      code: "file_unreadable",
      message: expect.stringContaining("There is no file"),
    });
    expect(client.isEnabled("flag")).toBe(true);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ["a link to itself", () => unlink(file).then(() => symlink(file, file)), /lead in a circle/],
    ["too long", () => writeFile(file, `${serving("off")}#${"x".repeat(2_000)}`), /longer than 1000 bytes/],
    ["no UTF-8", () => writeFile(file, Buffer.from([0xff, 0xfe, 0x66, 0])), /no UTF-8 text/],
    ["a folder", () => unlink(file).then(() => mkdir(file)), /no file/],
  ])("that is %s is not read", async (_, spoil, reason) => {
    await writeFile(file, serving("on"));
    const { client, problems } = follow({ maxRulesetBytes: 1_000 });
    await client.ready();
    await spoil();
    await soon(() => expect(problems).toHaveLength(1));
    expect(problems[0]?.message).toMatch(reason);
    expect(client.isEnabled("flag")).toBe(true);
  });

  it.skipIf(process.getuid?.() === 0)("that may not be read is reported", async () => {
    await writeFile(file, serving("on"));
    await chmod(file, 0);
    const { problems } = follow();
    await soon(() => expect(problems[0]?.message).toMatch(/may not read it/));
  });

  it("is no longer followed after close()", async () => {
    const { client } = await started();
    const { client: other } = follow();
    await other.ready();
    await client.close();
    await writeFile(file, serving("off"));
    await soon(() => expect(other.isEnabled("flag")).toBe(false));
    expect(client.isEnabled("flag")).toBe(true);
    expect(client.status().state).toBe("closed");
  });
});
