import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FirstSecrets, Started } from "@bannerol/server";
import type { Action, Call } from "../call.ts";
import type { Colours } from "../output/colour.ts";
import { logLine } from "../output/log-line.ts";
import { table } from "../output/table.ts";
import { type Serving, serve } from "../serving.ts";
import { PROJECT_FILE, readSettingsFile, type SettingsDocument, writeSettingsFile } from "../settings-files.ts";

const tries = [
  "npx bannerol flag create new-checkout",
  "npx bannerol rollout new-checkout 25 --env production --enable",
  `npx bannerol eval new-checkout --env production --context '{"targetingKey":"u1"}'`,
];

/** A server to try things with: it leaves beside its database what the commands in this folder need, and says so. */
export const dev: Action = async (call) => {
  const file = join(call.io.folder, PROJECT_FILE);
  const kept: { token?: string } = {};
  const serving = await serve(call, {
    command: "dev",
    defaults: { LOG_LEVEL: "warn" },
    log: (line) => call.io.stderr.write(logLine(line)),
    keep: async (started) => void Object.assign(kept, await keep(call, started, file)),
  });
  return {
    document: { url: serving.url, ...serving.secrets, file, next: tries },
    text: (colours) => page(serving, colours),
    ...(kept.token === undefined && { notes: [noToken] }),
    exitCode: serving.stopped,
  };
};

const noToken =
  `The admin token of this database is not in ${PROJECT_FILE}; it was shown when the database was made. ` +
  "Start with BANNEROL_ADMIN_TOKEN set to 32 characters or more, and that will be one too.";

/** Later starts keep what the first one wrote, at the address where the server is now. */
async function keep(call: Call, started: Started, file: string): Promise<SettingsDocument> {
  const { url, adminToken } = started;
  // Where keys were just made the database is new, and what an older one left is good for nothing.
  const before = started.keys === undefined ? await readSettingsFile(file) : undefined;
  const token = call.io.env.BANNEROL_ADMIN_TOKEN || adminToken || before?.token;
  const keys = started.keys ?? before?.keys ?? {};
  const document = { url, ...(token && { token }), keys };
  await writeSettingsFile(file, document);
  await hideFromGit(dirname(file));
  return document;
}

/** The folder holds secrets and a database, and somebody else's repository knows nothing of it. */
async function hideFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch(() => {});
}

function page({ url, secrets }: Serving, colours: Colours): string {
  return [
    `Bannerol is running at ${colours.bold(url)}`,
    ...secretLines(secrets, colours),
    "",
    "Try, in another terminal in this folder:",
    ...tries.map((line) => `  ${colours.cyan(line)}`),
  ].join("\n");
}

function secretLines({ adminToken, keys = {} }: FirstSecrets, colours: Colours): string[] {
  const rows = [
    ...(adminToken === undefined ? [] : [["  admin token", "", adminToken]]),
    ...Object.entries(keys).map(([environment, key]) => ["  server key", environment, key]),
  ];
  if (rows.length === 0) return [];
  return ["", table(rows), colours.dim(`  Shown this once, and kept in ${PROJECT_FILE}, which only you can read.`)];
}
