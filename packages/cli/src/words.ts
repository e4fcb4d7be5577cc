import { parseCredential } from "@bannerol/protocol";
import { UsageError } from "./errors.ts";

/**
 * What was typed after the verb: arguments and options by name, as text. A key or token that stands where something
 * else belongs is refused here, before it can travel in an address or end in somebody's log.
 */
export class Words {
  readonly #arguments: ReadonlyMap<string, string | readonly string[]>;
  readonly #options: ReadonlyMap<string, unknown>;

  constructor(args: ReadonlyMap<string, string | readonly string[]>, options: ReadonlyMap<string, unknown>) {
    this.#arguments = args;
    this.#options = options;
  }

  argument(name: string): string {
    return refuseCredential(this.#text(name), `<${name}>`);
  }

  /** An argument that may be given several times. */
  arguments(name: string): readonly string[] {
    const values = this.#arguments.get(name) ?? [];
    return [values].flat().map((value) => refuseCredential(value, `<${name}>`));
  }

  /** An argument of several words, whatever they hold: for what sends none of them anywhere. */
  typed(name: string): readonly string[] {
    return [this.#arguments.get(name) ?? []].flat();
  }

  /** The id in an argument that may be a whole key or token: a leaked one is revoked by pasting it. */
  credentialId(name: string): string {
    const text = this.#text(name);
    return parseCredential(text)?.id ?? text;
  }

  #text(name: string): string {
    const value = this.#arguments.get(name);
    return typeof value === "string" ? value : "";
  }

  option(name: string): string | undefined {
    const value = this.#options.get(name);
    return typeof value === "string" ? refuseCredential(value, `--${kebab(name)}`) : undefined;
  }

  /** An option that a token is meant for. */
  secret(name: string): string | undefined {
    const value = this.#options.get(name);
    return typeof value === "string" ? value : undefined;
  }

  has(name: string): boolean {
    return this.#options.get(name) === true;
  }

  /** An option that may be given several times. */
  list(name: string): readonly string[] {
    const value = this.#options.get(name);
    if (!Array.isArray(value)) return [];
    return value.map((item: unknown) => refuseCredential(String(item), `--${kebab(name)}`));
  }
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function refuseCredential(text: string, place: string): string {
  const credential = parseCredential(text.trim());
  if (credential === undefined) return text;
  const what = credential.class === "token" ? "a token" : `a ${credential.class} key`;
  const where =
    credential.class === "token"
      ? "A token goes into --token or BANNEROL_TOKEN."
      : "An SDK key belongs in an application's settings.";
  throw new UsageError(`${place} holds ${what} (bnr_${credential.class}_${credential.id}…). ${where}`);
}
