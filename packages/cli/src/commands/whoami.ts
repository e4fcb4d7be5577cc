import type { Whoami } from "@bannerol/protocol/schemas";
import { type Action, openSession, placesOf } from "../call.ts";
import type { Colours } from "../output/colour.ts";
import { originText, type ShownSetting, shownSettings } from "../output/origin.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { secondOf } from "../output/when.ts";
import { scopeOf } from "../reach.ts";
import { findSettings } from "../settings-places.ts";

/** Who the server takes the caller for, and where the settings that say so come from. */
export const whoami: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.users.whoami();
  const settings = shownSettings(findSettings(await placesOf(call)));
  return {
    document: { ...body, settings },
    text: (colours) => `${whoText(body, colours)}\n\n${settingsText(settings, colours)}`,
  };
};

function whoText(who: Whoami, colours: Colours): string {
  return [
    `${colours.bold(printable(who.name))}  ${kindOf(who)}`,
    table([
      ["role", who.role],
      ["scope", scopeOf(who)],
      ["token", who.token ?? "the server's own setting"],
      ["ends", who.expiresAt === undefined ? "never" : `${secondOf(who.expiresAt)} UTC`],
    ]),
  ].join("\n");
}

function kindOf({ type, id }: Whoami): string {
  if (type === "user") return `a person, id ${id}`;
  return id === "environment" ? "whoever holds the server's admin token" : "a service";
}

function settingsText(settings: readonly ShownSetting[], colours: Colours): string {
  const set = settings.filter(({ value }) => value !== undefined);
  return table(set.map((item) => [item.setting, printable(item.value ?? ""), originText(item, colours)]));
}
