/** A segment with a long list of keys, and the flag that serves it. */
import { CHANGING } from "./flags.ts";
import type { Product } from "./product.ts";

const SEGMENT = "members";
export const LISTED = "user-0";
export const STRANGER = "stranger";

/** Replaces the list by so many keys, `LISTED` among them; answers with the revision. */
export async function putList(product: Product, keys: number): Promise<number> {
  const lines = Array.from({ length: keys }, (_, at) => `user-${at}\n`).join("");
  const path = `projects/default/segments/${SEGMENT}/keys`;
  return (await product.must<{ revision: number }>("PUT", path, lines)).revision;
}

/** The segment, with nobody in it; from now on the changing flag serves whoever is. */
export async function putMembers(product: Product): Promise<void> {
  const targeting = {
    enabled: true,
    rules: [{ id: "members", when: { segment: SEGMENT }, serve: { variant: "on" } }],
    fallthrough: { variant: "off" },
  };
  await product.must("POST", "projects/default/segments", { key: SEGMENT });
  await product.must("PATCH", `projects/default/flags/${CHANGING}/environments/production`, targeting);
}
