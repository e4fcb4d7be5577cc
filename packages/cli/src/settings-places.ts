/**
 * Where settings come from, and which place wins: flag, variable, the `.bannerol/cli.json` nearest above the working
 * folder, the caller's own config file, default. Nothing is judged here, so that what is wrong can be shown too. Pure.
 *
 * A token from a file goes only to the address that stands in the same file: a folder that somebody else prepared
 * must not be able to send the caller's token to a server of its own.
 */

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

export interface Found {
  readonly value: string;
  /** As people call it: `--url`, `BANNEROL_URL`, a file's path. */
  readonly source: string;
  readonly kind: "flag" | "variable" | "projectFile" | "ownFile" | "default";
}

type SettingName = keyof SettingsSource;

export interface FoundSettings {
  readonly url: Found;
  readonly token?: Found;
  readonly project: Found;
  readonly environment?: Found;
  /** A file's token that is for another server, where no other was found. */
  readonly withheld?: { readonly source: string; readonly url: string };
}

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

export function findSettings(places: SettingsPlaces): FoundSettings {
  const byDefault = (value: string): Found => ({ value, source: "the default", kind: "default" });
  const url = find("url", places) ?? byDefault(DEFAULT_URL);
  const environment = find("environment", places);
  return {
    url,
    ...findToken(url.value, places),
    project: find("project", places) ?? byDefault(DEFAULT_PROJECT),
    ...(environment && { environment }),
  };
}

function find(name: SettingName, { flags, variables, projectFile, ownFile }: SettingsPlaces): Found | undefined {
  if (flags[name]) return { value: flags[name], source: spelling[name].flag, kind: "flag" };
  if (variables[name]) return { value: variables[name], source: spelling[name].variable, kind: "variable" };
  if (projectFile?.[name]) return { value: projectFile[name], source: projectFile.path, kind: "projectFile" };
  if (ownFile?.[name]) return { value: ownFile[name], source: ownFile.path, kind: "ownFile" };
  return undefined;
}

function findToken(address: string, places: SettingsPlaces): Pick<FoundSettings, "token" | "withheld"> {
  const said = find("token", { flags: places.flags, variables: places.variables });
  if (said) return { token: said };
  let withheld: FoundSettings["withheld"];
  for (const kind of ["projectFile", "ownFile"] as const) {
    const file = places[kind];
    if (!file?.token) continue;
    const url = file.url || DEFAULT_URL;
    if (sameServer(url, address)) return { token: { value: file.token, source: file.path, kind } };
    withheld ??= { source: file.path, url };
  }
  return withheld ? { withheld } : {};
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

export function sameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && serverName(one) === serverName(other);
}

/** A machine's names for itself are one server; a path is not told apart, since a token is a server's. */
function serverName(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  return `${protocol}//${isLoopback(hostname) ? "loopback" : hostname}:${port}`;
}
