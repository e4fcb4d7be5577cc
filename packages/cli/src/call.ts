import { AdminClient, checkReachable } from "@bannerol/admin-client";
import { CliError, UsageError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import type { Output } from "./output/output.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { findProjectFile, readSettingsFile } from "./settings-files.ts";
import {
  type FoundSettings,
  findSettings,
  type SettingsPlaces,
  type SettingsSource,
  settingsFromVariables,
} from "./settings-places.ts";
import { version } from "./version.ts";
import type { Words } from "./words.ts";

/** One command, as it was called. */
export interface Call {
  readonly words: Words;
  readonly io: Io;
  /** Whether a document was asked for: what talks by itself then keeps off standard output. */
  readonly json: boolean;
}

/** Carries a command out. Loaded when it is called, so that no command pays for another. */
export type Action = (call: Call) => Promise<Output>;

/** A server to talk to, and what of it the command is about. */
export interface Session {
  readonly admin: AdminClient;
  readonly project: string;
  /** Throws `UsageError` where no environment was named. */
  readonly environment: () => string;
}

export async function openSession(call: Call): Promise<Session> {
  const places = await placesOf(call);
  const settings = resolveSettings(places);
  if (settings.token === undefined) {
    // A wrong address would be the likelier mistake.
    await checkReachable(settings.url);
    throw tokenMissing(settings, findSettings(places));
  }
  return {
    admin: adminClient(settings.url, settings.token),
    project: settings.project,
    environment: () => settings.environment ?? environmentMissing(),
  };
}

export function adminClient(url: string, token: string): AdminClient {
  return new AdminClient({ url, token, userAgent: `bannerol-cli/${version}` });
}

export async function readSettings(call: Pick<Call, "words" | "io">): Promise<Settings> {
  return resolveSettings(await placesOf(call));
}

/** Every place that settings may come from, as they are now. */
export async function placesOf({ words, io }: Pick<Call, "words" | "io">): Promise<SettingsPlaces> {
  return {
    flags: settingsFromFlags(words),
    variables: settingsFromVariables(io.env),
    projectFile: await findProjectFile(io.folder),
    ownFile: await readSettingsFile(io.ownConfigFile),
  };
}

export function settingsFromFlags(words: Words): SettingsSource {
  return {
    url: words.option("url"),
    token: words.secret("token"),
    project: words.option("project"),
    environment: words.option("env"),
  };
}

function tokenMissing({ url }: Settings, { withheld }: FoundSettings): CliError {
  const other = withheld && ` The one in ${withheld.source} is for ${withheld.url}, and goes nowhere else.`;
  return new CliError(
    `No token for ${url}.${other ?? ""} \`bannerol login --url ${url}\` keeps one; BANNEROL_TOKEN or --token give one for now. ` +
      "A server started by `bannerol dev` leaves its own in .bannerol/cli.json: run the command in that folder.",
    { code: "token_missing", exitCode: ExitCode.noValidToken },
  );
}

function environmentMissing(): never {
  throw new UsageError(
    "Which environment? Name it with --env, like --env production, or set BANNEROL_ENV. `bannerol env list` shows them.",
  );
}
