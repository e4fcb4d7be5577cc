/** The server's settings: from the environment, each one also a flag of `bannerol server`, which goes before. */
import { z } from "zod";
import { nearest } from "./nearest.ts";
import { type AllowEntry, allowForm, parseAllow } from "./outbound/allow.ts";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly database: DatabaseConfig;
  /** Any text of at least 32 characters, of ASCII and without spaces; never printed. */
  readonly adminToken?: string;
  readonly logLevel: LogLevel;
  /** How long requests in flight and streams may take to end once the server is told to stop. */
  readonly drainMs: number;
  /** How many proxies stand in front: whose address it is, is what the outermost of them saw. */
  readonly proxies: number;
  /** How many streams this process holds at once. */
  readonly maxStreams: number;
  /** Where requests that users make the server send may go, beyond public addresses. */
  readonly outboundAllow: readonly AllowEntry[];
  /** Where guards' queries go that name no server. */
  readonly prometheusUrl?: string;
}

export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  /** Its password, where it has one, is never printed. */
  | { readonly kind: "postgres"; readonly url: string };

/** A setting that is wrong: one line that names it and says what it may be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));

/** Each setting with what it may be, as its error says it. */
const settings = {
  PORT: { read: whole(0, 65_535).default(4400), allowed: "a port from 0 to 65535" },
  HOST: {
    read: z
      .string()
      .regex(/^[^\s/]+$/)
      .default("127.0.0.1"),
    allowed: "a host name or an address",
  },
  DATABASE_URL: {
    read: z
      .union([
        z
          .string()
          .regex(/^sqlite:[^\0]+$/)
          .transform((url) => ({ kind: "sqlite" as const, path: url.slice("sqlite:".length) })),
        z
          .string()
          .refine(isPostgres)
          .transform((url) => ({ kind: "postgres" as const, url })),
      ])
      .default({ kind: "sqlite", path: ".bannerol/bannerol.db" }),
    allowed:
      "sqlite: and a path, like sqlite:.bannerol/bannerol.db, or to one PostgreSQL server, like " +
      "postgres://user:password@host:5432/database, with what is special in a password percent-encoded",
  },
  BANNEROL_ADMIN_TOKEN: {
    read: z
      .string()
      .regex(/^[!-~]{32,1000}$/)
      .optional(),
    // Others would be taken here, and arrive in a header as something else.
    allowed: "at least 32 characters of ASCII without spaces",
  },
  LOG_LEVEL: { read: z.enum(logLevels).default("info"), allowed: `one of ${logLevels.join(", ")}` },
  BANNEROL_PROXIES: { read: whole(0, 10).default(0), allowed: "how many proxies stand in front, from 0 to 10" },
  BANNEROL_MAX_STREAMS: {
    read: whole(1, 1_000_000).default(20_000),
    allowed: "how many streams there may be at once, from 1 to 1000000",
  },
  BANNEROL_DRAIN_SECONDS: { read: whole(0, 3_600).default(10), allowed: "seconds, a whole number from 0 to 3600" },
  BANNEROL_OUTBOUND_ALLOW: {
    read: z
      .string()
      .default("")
      .transform((text, context) => {
        try {
          return parseAllow(text);
        } catch (error) {
          context.addIssue(String(error));
          return z.NEVER;
        }
      }),
    allowed: allowForm,
  },
  BANNEROL_PROMETHEUS_URL: {
    read: z
      .url({ protocol: /^https?$/ })
      .refine((url) => isWithoutCredentials(url))
      .optional(),
    allowed:
      "the address of a Prometheus server, like http://prometheus.internal:9090, without a user name or a password: " +
      "no request is sent with them",
  },
};

export type SettingName = keyof typeof settings;
export const settingNames: readonly SettingName[] = [
  "PORT",
  "HOST",
  "DATABASE_URL",
  "BANNEROL_ADMIN_TOKEN",
  "LOG_LEVEL",
  "BANNEROL_PROXIES",
  "BANNEROL_MAX_STREAMS",
  "BANNEROL_DRAIN_SECONDS",
  "BANNEROL_OUTBOUND_ALLOW",
  "BANNEROL_PROMETHEUS_URL",
];

/** What the command line and SDKs read: known here, and none of the server's business. */
const othersNames = ["BANNEROL_URL", "BANNEROL_TOKEN", "BANNEROL_PROJECT", "BANNEROL_ENV", "BANNEROL_KEY"];

/** Secrets are not repeated in an error. */
const secretNames: ReadonlySet<string> = new Set(["BANNEROL_ADMIN_TOKEN", "DATABASE_URL", "BANNEROL_PROMETHEUS_URL"]);

type Environment = { readonly [name: string]: string | undefined };

/**
 * Reads the settings; `overrides` are flags of the command line under the names of their variables. An empty variable
 * counts as one that is not set. Throws `ConfigError` for a value that cannot be and for an unknown `BANNEROL_…` name.
 */
export function readConfig(environment: Environment, overrides: { readonly [K in SettingName]?: string } = {}): Config {
  refuseUnknown(environment);
  const given: Environment = { ...environment, ...overrides };
  const adminToken = read("BANNEROL_ADMIN_TOKEN", given);
  const prometheusUrl = read("BANNEROL_PROMETHEUS_URL", given);
  return {
    port: read("PORT", given),
    host: read("HOST", given),
    database: read("DATABASE_URL", given),
    ...(adminToken === undefined ? {} : { adminToken }),
    logLevel: read("LOG_LEVEL", given),
    drainMs: read("BANNEROL_DRAIN_SECONDS", given) * 1_000,
    proxies: read("BANNEROL_PROXIES", given),
    maxStreams: read("BANNEROL_MAX_STREAMS", given),
    outboundAllow: read("BANNEROL_OUTBOUND_ALLOW", given),
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
  };
}

function refuseUnknown(environment: Environment): void {
  const known = [...settingNames.filter((name) => name.startsWith("BANNEROL_")), ...othersNames];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("BANNEROL_") || known.includes(name)) continue;
    throw new ConfigError(`${name} is not a setting. Did you mean ${nearest(name, known)}?`);
  }
}

/** Several hosts are refused: which of them takes writes is for an address that follows the primary to say. */
function isPostgres(text: string): boolean {
  const protocol = /^postgres(ql)?:\/\//;
  if (!protocol.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, hash } = new URL(text);
  const isOneHost = hostname !== "" && !hostname.includes(",");
  return isOneHost && hash === "" && [username, password, pathname].every(isPercentEncoded);
}

function isWithoutCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === "" && password === "";
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function read<K extends SettingName>(name: K, given: Environment): z.output<(typeof settings)[K]["read"]> {
  const text = given[name];
  const { read: schema, allowed } = settings[name];
  const result = schema.safeParse(text === "" ? undefined : text);
  if (result.success) return result.data as z.output<(typeof settings)[K]["read"]>;
  const shown = secretNames.has(name) ? "" : ` is ${JSON.stringify(text)}, which`;
  throw new ConfigError(`${name}${shown} cannot be. Set it to ${allowed}.`);
}
