/** An environment as a configuration file: with the layouts in force, so that everybody keeps what they have. */
import type { AdminClient } from "@bannerol/admin-client";
import { type Action, openSession } from "../call.ts";
import { RefusedError } from "../errors.ts";
import { momentOf } from "../moment.ts";
import { printable, printableJson } from "../output/printable.ts";
import { allKeys } from "./segment-keys.ts";

const parts = ["included", "excluded"] as const;

export const exportRuleset: Action = async (call) => {
  const { admin, project, environment } = await openSession(call);
  const moment = momentOf(call.words);
  const { body } = await admin.evaluations.ruleset({ project, environment: environment() }, moment);
  const document = {
    ...body,
    segments: await withKeys(admin, { project, segments: body.segments, isPast: moment.at !== undefined }),
  };
  return { document, text: () => printableJson(document) };
};

interface Segments {
  readonly project: string;
  readonly segments: { readonly [key: string]: unknown };
  readonly isPast: boolean;
}

/** A file has no lists beside it: those that are kept apart are written into it, as they are now. */
async function withKeys(admin: AdminClient, { project, segments, isPast }: Segments): Promise<Segments["segments"]> {
  const whole: [string, unknown][] = [];
  for (const [key, segment] of Object.entries(segments)) {
    const lists: { [part: string]: readonly string[] } = {};
    for (const part of parts) {
      if (!isKeptApart(segment, part)) continue;
      if (isPast) throw keysAreGone(key);
      lists[part] = await allKeys(admin, { project, segment: key }, { list: part });
    }
    whole.push([key, { ...Object(segment), ...lists }]);
  }
  return Object.fromEntries(whole);
}

function isKeptApart(segment: unknown, part: (typeof parts)[number]): boolean {
  const keys = typeof segment === "object" && segment !== null && part in segment ? Object(segment)[part] : undefined;
  return typeof keys === "object" && keys !== null && "list" in keys;
}

function keysAreGone(segment: string): RefusedError {
  return new RefusedError(
    `Segment ${printable(segment)} had a list too long for its document then, and what was in it cannot be read back. Leave --at out.`,
  );
}
