/**
 * Which server, with which token, in which project and environment. Each setting comes from the first place that has
 * it: flag, variable, the `.bannerol/cli.json` nearest above the working folder, the caller's own config file, default.
 *
 * A token from a file goes only to the address that stands in the same file: a folder that somebody else prepared
 * must not be able to send the caller's token to a server of its own.
 */
import { parseCredential } from "@bannerol/protocol";
import { CliError, UsageError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";

export const DEFAULT_URL = "http://localhost:4400";
export const DEFAULT_PROJECT = "default";

/** One place that settings come from: flags and variables alike, and each file. Empty texts count as absent. */
export interface SettingsSource {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
}

/** A config file that was found and read. */
export interface SettingsFile extends SettingsSource {
  readonly path: string;
}

export interface SettingsPlaces {
  readonly flags: SettingsSource;
  readonly variables: SettingsSource;
  readonly projectFile?: SettingsFile | undefined;
  readonly ownFile?: SettingsFile | undefined;
}

export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string;
  readonly project: string;
  readonly environment?: string;
}

interface Found {
  readonly value: string;
  /** As people call it: `--url`, `BANNEROL_URL`, a file's path. */
  readonly source: string;
  readonly kind: "flag" | "variable" | "projectFile" | "ownFile" | "default";
}

type SettingName = keyof SettingsSource;

const spelling: Record<SettingName, { readonly flag: string; readonly variable: string }> = {
  url: { flag: "--url", variable: "BANNEROL_URL" },
  token: { flag: "--token", variable: "BANNEROL_TOKEN" },
  project: { flag: "--project", variable: "BANNEROL_PROJECT" },
  environment: { flag: "--env", variable: "BANNEROL_ENV" },
};

export function settingsFromVariables(env: { readonly [name: string]: string | undefined }): SettingsSource {
  return {
    url: env.BANNEROL_URL,
    token: env.BANNEROL_TOKEN,
    project: env.BANNEROL_PROJECT,
    environment: env.BANNEROL_ENV,
  };
}

/** Throws `UsageError` where an address is none, `CliError` where what stands for a token is another credential. */
export function resolveSettings(places: SettingsPlaces): Settings {
  const url = find("url", places) ?? { value: DEFAULT_URL, source: "the default", kind: "default" };
  const address = readAddress(url);
  const token = findToken(address, places);
  if (token !== undefined) {
    checkToken(token);
    checkDestination(token, { ...url, value: address });
  }
  const environment = find("environment", places);
  return {
    url: address,
    ...(token && { token: token.value }),
    project: find("project", places)?.value ?? DEFAULT_PROJECT,
    ...(environment && { environment: environment.value }),
  };
}

function find(name: SettingName, { flags, variables, projectFile, ownFile }: SettingsPlaces): Found | undefined {
  if (flags[name]) return { value: flags[name], source: spelling[name].flag, kind: "flag" };
  if (variables[name]) return { value: variables[name], source: spelling[name].variable, kind: "variable" };
  if (projectFile?.[name]) return { value: projectFile[name], source: projectFile.path, kind: "projectFile" };
  if (ownFile?.[name]) return { value: ownFile[name], source: ownFile.path, kind: "ownFile" };
  return undefined;
}

function findToken(address: string, places: SettingsPlaces): Found | undefined {
  const said = find("token", { flags: places.flags, variables: places.variables });
  if (said) return said;
  for (const kind of ["projectFile", "ownFile"] as const) {
    const file = places[kind];
    if (file?.token && sameServer(file.url || DEFAULT_URL, address)) {
      return { value: file.token, source: file.path, kind };
    }
  }
  return undefined;
}

function readAddress({ value, source }: Found): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    throw new UsageError(`The address in ${source} is none: write it like ${DEFAULT_URL}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(`The address in ${source} holds a user or password. Leave them out; the token is enough.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function checkToken({ value, source }: Found): void {
  if (/[^\x21-\x7e]/.test(value)) {
    throw noToken(`The token in ${source} holds spaces or characters that cannot be sent. Copy it again.`);
  }
  const credential = parseCredential(value);
  if (credential === undefined || credential.class === "token") return;
  throw noToken(
    `${source} holds a ${credential.class} key (bnr_${credential.class}_${credential.id}…), which is for SDKs. ` +
      "The command line needs a token, bnr_token_…: an admin makes one with `bannerol token create`.",
  );
}

/** A token that was said for any server must not follow an address that a folder's file brings. */
function checkDestination(token: Found, address: Found): void {
  const said = token.kind === "flag" || token.kind === "variable";
  if (!said || address.kind !== "projectFile" || isLoopback(new URL(address.value).hostname)) return;
  throw new UsageError(
    `The token comes from ${token.source}, but the address ${address.value} from ${address.source}. ` +
      `If it is meant for that server, say so: --url ${address.value}`,
  );
}

const noToken = (message: string): CliError =>
  new CliError(message, { code: "token_invalid", exitCode: ExitCode.noValidToken });

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function sameServer(one: string, other: string): boolean {
  return URL.canParse(one) && serverName(one) === serverName(other);
}

/** A machine's names for itself are one server; a path is not told apart, since a token is a server's. */
function serverName(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  return `${protocol}//${isLoopback(hostname) ? "loopback" : hostname}:${port}`;
}
