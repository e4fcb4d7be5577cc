import { instant } from "./decision.ts";
import type { Services } from "./services.ts";

interface Credentialed {
  readonly document: { readonly id: string };
}

/** What a list says of when each of its keys or tokens was last used. Rejects with a `StoreFault`. */
export async function lastUsesOf(
  { lastUses, state }: Pick<Services, "lastUses" | "state">,
  items: readonly Credentialed[],
): Promise<(item: Credentialed) => { readonly lastUsedAt?: string }> {
  const last = await state.watchStore(() => lastUses.of(items.map(({ document }) => document.id)));
  return ({ document }) => {
    const at = last.get(document.id);
    return at === undefined ? {} : { lastUsedAt: instant(at) };
  };
}
