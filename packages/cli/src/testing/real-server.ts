/** A server in this process, on a database of its own, for what a scripted one cannot prove. */
import { join } from "node:path";
import { type RunningServer, readConfig, startServer } from "@bannerol/server";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { version } from "../version.ts";
import { emptyFolder, type Ran, runCli, type World } from "./test-io.ts";

export interface RealServer {
  /** Runs a command line in a project of the test's own, in production unless told otherwise. */
  cli(argv: readonly string[], world?: World): Promise<Ran>;
  /** The same with `--yes`, for what must succeed. */
  done(...argv: readonly string[]): Promise<Ran>;
}

export function realServer(): RealServer {
  let started: (RunningServer & { readonly adminToken?: string }) | undefined;
  let projects = 0;
  const cli: RealServer["cli"] = (argv, world = {}) => {
    const here = { BANNEROL_URL: started?.url, BANNEROL_TOKEN: started?.adminToken, BANNEROL_ENV: "production" };
    return runCli(argv, { ...world, env: { ...here, BANNEROL_PROJECT: `p${projects}`, ...world.env } });
  };
  const done: RealServer["done"] = async (...argv) => {
    const ran = await cli([...argv, "--yes"]);
    if (ran.code !== 0) throw new Error(`bannerol ${argv.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
    return ran;
  };
  beforeAll(async () => {
    const database = `sqlite:${join(await emptyFolder(), "data.db")}`;
    started = await startServer(readConfig({ DATABASE_URL: database, PORT: "0" }), { version, log: () => undefined });
  });
  afterAll(() => started?.close());
  beforeEach(async () => {
    await done("project", "create", `p${++projects}`);
  });
  return { cli, done };
}
