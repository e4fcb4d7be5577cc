import type { Answer } from "@bannerol/admin-client";

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** As many items as are asked for, page after page. The first page is kept for what else it says. */
export async function collect<T, P extends Page<T>>(
  load: (page: { readonly limit: string; readonly cursor?: string }) => Promise<Answer<P & Page<T>>>,
  atMost = Number.POSITIVE_INFINITY,
): Promise<{ readonly first: P; readonly items: readonly T[] }> {
  const limit = (have: number) => String(Math.min(200, atMost - have));
  let { body } = await load({ limit: limit(0) });
  const first = body;
  const items: T[] = [...body.items];
  while (body.nextCursor !== undefined && items.length < atMost) {
    ({ body } = await load({ limit: limit(items.length), cursor: body.nextCursor }));
    items.push(...body.items);
  }
  return { first, items };
}
