/** The tutorial, command by command, with the shop and its customers; holds are seconds instead of minutes. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Customers } from "../faults/customers.ts";
import { collect, exitOf, freePort, root, until, World } from "./harness.ts";

const tutorial = readFileSync(join(root, "docs/tutorials/one-life.md"), "utf8");
const commands = [...tutorial.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, code = ""]) => code.trim().split("\n"));

/** What is the same with a small crowd in little time: fewer steps, and short ones. */
const hurried = (command: string): string =>
  command.replace("30s", "2s").replace("1,5,25,50,100", "50,100").replace("10,100", "50,100");

/** As a shell reads it; nothing in the tutorial has a space within quotes. */
const wordsOf = (command: string): readonly string[] => command.split(" ").map((word) => word.replaceAll("'", ""));

const world = new World();
let shop: ChildProcess | undefined;
let customers: Customers | undefined;

beforeAll(async () => {
  await world.startServer();
  // What the tutorial before it left.
  expect(await world.bannerol(["flag", "create", "new-checkout"])).toMatchObject({ code: 0 });
  const port = await freePort();
  const env = { PATH: process.env.PATH, HOME: world.folder, SHOP_PORT: String(port) };
  shop = spawn(process.execPath, [join(root, "examples/shop/src/shop.js")], { cwd: world.folder, env });
  const said = collect(shop);
  await until(async () => {
    if (shop?.exitCode !== null) throw new Error(`The shop ended:\n${said.stdout}${said.stderr}`);
    return (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok === true;
  });
  customers = new Customers({ port, rate: 200, users: 2_000 });
});
afterAll(async () => {
  customers?.leave();
  if (shop !== undefined && shop.exitCode === null) {
    const ended = exitOf(shop);
    shop.kill("SIGKILL");
    await ended;
  }
  await world.end();
});

it("takes the new checkout from the shadow to everybody, and out of the way", async () => {
  expect(commands.length).toBeGreaterThan(8);
  let isTroubled = false;
  for (const command of commands) {
    const [, bannerol, ...args] = wordsOf(hurried(command));
    expect(bannerol).toBe("bannerol");
    customers?.take();
    const { code, stdout, stderr } = await world.bannerol(args);
    const fares = customers?.take();
    if (command.includes("trouble")) isTroubled = command.includes("flag enable");
    if (isTroubled && command.includes("--steps")) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining("rolled back") });
      continue;
    }
    expect({ command, code, stderr: code === 0 ? "" : stderr, stdout: code === 0 ? "" : stdout }).toEqual({
      command,
      code: 0,
      stderr: "",
      stdout: "",
    });
    if (command.includes("--variant shadow --steps")) {
      expect(stdout).toContain("completed");
      // In the shadow it serves nobody.
      expect(fares?.treated.size).toBe(0);
    }
    if (command.includes("--variant on --steps")) {
      expect(stdout).toContain("completed");
      expect(fares?.treated.size).toBeGreaterThan(100);
      expect(fares?.failed).toBe(0);
    }
  }
  expect(await world.json("flag", "show", "new-checkout")).toHaveProperty("archivedAt");
});
