import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const packageFolder = fileURLToPath(new URL("../../", import.meta.url));

export interface Binary {
  readonly folder: string;
  readonly path: string;
  remove(): Promise<void>;
}

/** Builds the command line as it is published, beside the real build, which other processes may be using. */
export async function buildBinary(): Promise<Binary> {
  const cache = join(packageFolder, "node_modules", ".cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "cli-"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await cp(join(packageFolder, "bin"), join(folder, "bin"), { recursive: true });
  await build({
    config: join(packageFolder, "tsup.config.ts"),
    outDir: join(folder, "dist"),
    metafile: true,
    silent: true,
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  return { folder, path: join(folder, "bin", "bannerol.js"), remove };
}

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written so far. */
  readonly written: { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
  /** Resolves once a stream holds the text; rejects where the process ends first. */
  saw(stream: "stdout" | "stderr", text: string): Promise<void>;
}

/** A real process, with an environment of its own. */
export function start(path: string, argv: readonly string[], world: { cwd: string; env?: object }): Running {
  const env = { PATH: process.env.PATH, HOME: world.cwd, XDG_CONFIG_HOME: join(world.cwd, "config"), ...world.env };
  const child = spawn(process.execPath, [path, ...argv], { cwd: world.cwd, env });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => resolve({ code, ...written }));
  });
  const saw = (stream: "stdout" | "stderr", text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => written[stream].includes(text) && resolve();
      look();
      child[stream].on("data", look);
      void ended.then(() => reject(new Error(`ended before ${text}: ${JSON.stringify(written)}`)));
    });
  return { child, written, ended, saw };
}
