import { type Action, adminClient, type Call, settingsFromFlags } from "../call.ts";
import { UsageError } from "../errors.ts";
import { resolveSettings, type Settings } from "../settings.ts";
import { writeSettingsFile } from "../settings-files.ts";
import { settingsFromVariables } from "../settings-places.ts";

/**
 * Keeps an address and a token in the caller's own config file, after trying them. The token comes from `--token`,
 * the variable, a question on the terminal or what is piped in: never from a file, which would only copy it.
 */
export const login: Action = async (call) => {
  const { url, token, project } = await readLogin(call);
  const { body } = await adminClient(url, token).projects.list();
  const named = call.words.option("project") !== undefined && { project };
  await writeSettingsFile(call.io.ownConfigFile, { url, token, ...named });
  const path = call.io.ownConfigFile;
  return {
    document: { url, projects: body.items.map(({ key }) => key), file: path },
    text: () => `Logged in to ${url}. Kept in ${path}.`,
  };
};

async function readLogin(call: Call): Promise<Settings & { readonly token: string }> {
  const flags = settingsFromFlags(call.words);
  const variables = settingsFromVariables(call.io.env);
  const { url } = resolveSettings({ flags, variables });
  const token = flags.token || variables.token || (await askForToken(call, url));
  // Read again with what was typed, which may be no token at all.
  return { ...resolveSettings({ flags: { ...flags, token }, variables }), token };
}

async function askForToken({ io }: Call, url: string): Promise<string> {
  const typed = io.stdin.isTerminal
    ? await io.stdin.ask(`Token for ${url}: `, { hidden: true })
    : await io.stdin.readAll();
  if (typed.trim() !== "") return typed.trim();
  throw new UsageError("No token was given. Pass it with --token, in BANNEROL_TOKEN or on standard input.");
}
