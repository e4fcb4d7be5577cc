/** Real proxies, set up as the guide says, before two builds of the shop: a canary, a switch under load, and back. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, exitOf, freePort, root, until, World } from "./harness.ts";

interface Answer {
  readonly status: number;
  readonly version: string | undefined;
  readonly cookie: string | undefined;
}

interface Proxy {
  readonly name: string;
  /** Of the code in the guide. */
  readonly language: string;
  readonly version: readonly string[];
  /** Writes its settings into a folder; answers with the command that runs it in the foreground. */
  readonly settle: (folder: string, guide: string) => readonly string[];
}

const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    language: "nginx",
    version: ["nginx", "-v"],
    settle(folder, guide) {
      const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${one};`);
      const main = `daemon off; master_process off; pid nginx.pid; error_log stderr warn; events {}
http { access_log off; ${places.join(" ")}\n${guide}\n}`;
      writeFileSync(join(folder, "nginx.conf"), main);
      return ["nginx", "-p", folder, "-c", join(folder, "nginx.conf")];
    },
  },
  {
    name: "Caddy",
    language: "caddy",
    version: ["caddy", "version"],
    settle(folder, guide) {
      writeFileSync(join(folder, "Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${guide}\n`);
      return ["caddy", "run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
    },
  },
];

const guide = readFileSync(join(root, "docs/how-to/router.md"), "utf8");

function isThere([command = "", ...args]: readonly string[]): boolean {
  return spawnSync(command, args).error === undefined;
}

for (const proxy of proxies) {
  const run = isThere(proxy.version) ? describe : describe.skip;
  const reason = run === describe ? "" : ` (${proxy.name} is not here: apt-get install ${proxy.name.toLowerCase()})`;
  run(`${proxy.name}, as the guide sets it up${reason}`, () => {
    const world = new World();
    const children: ChildProcess[] = [];
    const agent = new Agent({ keepAlive: true });
    let port = 0;

    const start = (command: readonly string[], env: NodeJS.ProcessEnv = {}): { stdout: string; stderr: string } => {
      const [program = "", ...args] = command;
      const { PATH } = process.env;
      const child = spawn(program, args, { cwd: world.folder, env: { PATH, HOME: world.folder, ...env } });
      children.push(child);
      return collect(child);
    };

    beforeAll(async () => {
      await world.startServer();
      await world.json(
        "flag",
        "create",
        "shop",
        "--type",
        "string",
        "--variant",
        "green=green",
        "--variant",
        "blue=blue",
      );
      await world.json("flag", "enable", "shop", "--env", "production");
      await rollOut(0);
      const ports = { blue: await freePort(), green: await freePort() };
      for (const [version, at] of Object.entries(ports)) {
        const shop = [process.execPath, join(root, "examples/shop/src/shop.js")];
        start(shop, { SHOP_PORT: String(at), SHOP_VERSION: version });
        await until(async () => (await fetch(`http://127.0.0.1:${at}/healthz`).catch(() => undefined))?.ok === true);
      }
      port = await freePort();
      const code = new RegExp(`\`\`\`${proxy.language}\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? "";
      const here = code
        .replaceAll("127.0.0.1:4400", new URL(world.url).host)
        .replaceAll("4501", String(ports.blue))
        .replaceAll("4502", String(ports.green))
        .replaceAll("8080", String(port))
        .replaceAll("bnr_server_…", world.key())
        // On a busy machine the default would be taken where the variant is looked for.
        .replace(/\d+ms;/g, "60s;");
      const folder = join(world.folder, "proxy");
      mkdirSync(folder);
      const said = start(proxy.settle(folder, here));
      await until(async () => {
        const answer = await get().catch(() => undefined);
        if (children.at(-1)?.exitCode !== null) throw new Error(`${proxy.name} ended:\n${said.stderr}`);
        return answer?.status === 200;
      });
    });
    afterAll(async () => {
      agent.destroy();
      const ends = children.filter(({ exitCode }) => exitCode === null).map(exitOf);
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(ends);
      await world.end();
    });

    async function rollOut(percentage: number): Promise<void> {
      await world.json("rollout", "shop", String(percentage), "--variant", "green", "--env", "production");
    }

    /** One request through the proxy, over connections that are kept. */
    function get(cookie?: string): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const headers = cookie === undefined ? {} : { cookie };
        request({ agent, host: "127.0.0.1", port, path: "/healthz?a=1&a=2", headers }, (response) => {
          response.resume();
          const version = response.headers["x-shop-version"];
          const [set] = response.headers["set-cookie"] ?? [];
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              version: typeof version === "string" ? version : undefined,
              cookie: set?.split(";")[0],
            }),
          );
        })
          .on("error", reject)
          .end();
      });
    }

    it("shifts by percentage, and sticks by the cookie that it passes on", async () => {
      await rollOut(30);
      const first = await Promise.all(Array.from({ length: 120 }, () => get()));
      expect(first.every(({ status, cookie }) => status === 200 && cookie?.startsWith("bannerol_id=") === true)).toBe(
        true,
      );
      // 30 % of 120 are 36; further off than this comes about once in a million runs.
      const green = first.filter(({ version }) => version === "green").length;
      expect(green).toBeGreaterThan(11);
      expect(green).toBeLessThan(62);
      for (const { cookie, version } of first.slice(0, 20)) {
        expect(await get(cookie)).toEqual({ status: 200, version, cookie: undefined });
      }
      await rollOut(60);
      const kept = await Promise.all(first.map(({ cookie }) => get(cookie)));
      for (const [at, { version }] of first.entries()) if (version === "green") expect(kept[at]?.version).toBe("green");
    });

    it("switches everybody under load, and back, without a failed request", async () => {
      await rollOut(0);
      const counts = { blue: 0, green: 0, failed: 0 };
      let last = "";
      let loading = true;
      const load = Array.from({ length: 8 }, async (_, at) => {
        while (loading) {
          const { status, version } = await get(`bannerol_id=user-${at}`).catch(() => ({ status: 0, version: "" }));
          if (status !== 200 || (version !== "blue" && version !== "green")) counts.failed += 1;
          else counts[version] += 1;
          last = version ?? "";
        }
      });
      await until(() => counts.blue > 200);
      await rollOut(100);
      const [before, until200] = [counts.blue, counts.green + 200];
      await until(() => counts.green > until200 && last === "green");
      const blueSince = counts.blue - before;
      await rollOut(0);
      await until(() => counts.blue > before + blueSince + 200 && last === "blue");
      loading = false;
      await Promise.all(load);
      expect(counts.failed).toBe(0);
    });

    if (proxy.name !== "nginx") return;
    it("goes on with the default while the server is away", async () => {
      await rollOut(100);
      expect((await get("bannerol_id=u")).version).toBe("green");
      await world.stopServer("SIGKILL");
      const answers = await Promise.all(Array.from({ length: 20 }, () => get("bannerol_id=u")));
      for (const { status, version } of answers) expect({ status, version }).toEqual({ status: 200, version: "blue" });
      await world.startServer();
      await until(async () => (await get("bannerol_id=u")).version === "green");
    });
  });
}
