/** Starting and stopping a server: what `bannerol dev` and `bannerol server` have in common. */
import { once } from "node:events";
import { createServer } from "node:net";
import {
  type Config,
  ConfigError,
  type FirstSecrets,
  type RunningServer,
  readConfig,
  SchemaTooNew,
  type SettingName,
  StartError,
  type Started,
  StoreFault,
  startServer,
} from "@bannerol/server";
import type { Call } from "./call.ts";
import { RefusedError, UsageError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";
import { version } from "./version.ts";
import type { Words } from "./words.ts";

export interface ServeOptions {
  /** How the command is called, for the way on that an error names. */
  readonly command: string;
  /** What holds where neither an option nor a variable says otherwise. */
  readonly defaults?: { readonly [K in SettingName]?: string };
  /** Takes the log, a JSON line at a time. */
  readonly log: (line: string) => void;
  /** Keeps what others read once the server is ready. */
  readonly keep?: (started: Started) => Promise<void>;
}

/** A server that listens, and how its process is going to end. */
export interface Serving {
  readonly url: string;
  /** What was made on this start and is never shown again. */
  readonly secrets: FirstSecrets;
  /** Resolves once a signal has come and everything in flight is finished. */
  readonly stopped: Promise<ExitCode>;
}

/** Throws `UsageError` for a setting that cannot be, `RefusedError` for what an operator can do something about. */
export async function serve(call: Call, options: ServeOptions): Promise<Serving> {
  const config = readServerSettings(call, options);
  await refuseTakenPort(config, options.command);
  const { log, keep } = options;
  const server = await startServer(config, { log, version, ...(keep && { keep }) }).catch(tellOperator);
  const { url, adminToken, keys } = server;
  const secrets = { ...(adminToken !== undefined && { adminToken }), ...(keys !== undefined && { keys }) };
  return { url, secrets, stopped: stopOnSignal(call, server) };
}

/** The server's settings as this call has them. Throws `UsageError` for one that cannot be. */
export function readServerSettings(
  { words, io }: Call,
  { defaults = {} }: Pick<ServeOptions, "defaults"> = {},
): Config {
  const missing = Object.entries(defaults).filter(([name]) => !io.env[name]);
  try {
    return readConfig(io.env, { ...Object.fromEntries(missing), ...overridesOf(words) });
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}

/** Each setting's option; one that is not there leaves the variable to speak. */
function overridesOf(words: Words): { readonly [K in SettingName]?: string } {
  const options: { readonly [K in SettingName]: string | undefined } = {
    PORT: words.option("port"),
    HOST: words.option("host"),
    DATABASE_URL: words.option("databaseUrl"),
    BANNEROL_ADMIN_TOKEN: words.secret("adminToken"),
    LOG_LEVEL: words.option("logLevel"),
    BANNEROL_PROXIES: words.option("proxies"),
    BANNEROL_MAX_STREAMS: words.option("maxStreams"),
    BANNEROL_DRAIN_SECONDS: words.option("drainSeconds"),
    BANNEROL_OUTBOUND_ALLOW: words.option("outboundAllow"),
    BANNEROL_PROMETHEUS_URL: words.option("prometheusUrl"),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/**
 * Before the server touches its database: a first start that made its secrets and then found no port would have shown
 * them to nobody.
 */
async function refuseTakenPort({ host, port }: Config, command: string): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, "listening");
  } catch (error) {
    // What else is wrong with an address is the server's to say.
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) return;
    throw new RefusedError(
      `Port ${port} of ${host} is taken. Stop what listens there, or take another: ` +
        `bannerol ${command} --port ${port + 1}`,
    );
  }
  probe.close();
  await once(probe, "close");
}

/** What an operator can do something about, as a refusal. */
export function tellOperator(error: unknown): never {
  if (error instanceof StartError || error instanceof StoreFault || error instanceof SchemaTooNew)
    throw new RefusedError(error.message);
  throw error;
}

/** The second signal is the process's own matter: it ends at once. */
function stopOnSignal({ io }: Call, server: RunningServer): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    io.interrupts.take(() => {
      server.close().then(() => resolve(ExitCode.done), reject);
    });
  });
}
