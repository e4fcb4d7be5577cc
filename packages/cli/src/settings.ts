/** Which server, with which token, in which project and environment: what was found, once it is fit to be used. */
import { parseCredential } from "@bannerol/protocol";
import { CliError, UsageError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";
import { DEFAULT_URL, type Found, findSettings, isLoopback, type SettingsPlaces } from "./settings-places.ts";

export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string;
  readonly project: string;
  readonly environment?: string;
}

/** Throws `UsageError` where an address is none, `CliError` where what stands for a token is another credential. */
export function resolveSettings(places: SettingsPlaces): Settings {
  const { url, token, project, environment } = findSettings(places);
  const address = readAddress(url);
  if (token !== undefined) {
    checkToken(token);
    checkDestination(token, { ...url, value: address });
  }
  return {
    url: address,
    ...(token && { token: token.value }),
    project: project.value,
    ...(environment && { environment: environment.value }),
  };
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
