import type { CredentialUse, UseStore } from "../use-store.ts";

export class MemoryUses implements UseStore {
  readonly #last = new Map<string, number>();

  async note(uses: readonly CredentialUse[]): Promise<void> {
    for (const { id, at } of uses) this.#last.set(id, Math.max(at, this.#last.get(id) ?? at));
  }

  async last(ids: readonly string[]): Promise<readonly CredentialUse[]> {
    return ids.flatMap((id) => {
      const at = this.#last.get(id);
      return at === undefined ? [] : [{ id, at }];
    });
  }
}
