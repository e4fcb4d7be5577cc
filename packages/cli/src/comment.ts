import type { CommentOnly } from "@bannerol/protocol/schemas";
import type { Words } from "./words.ts";

/** Why, if somebody said so: what every change takes. */
export function commentOf(words: Words): CommentOnly {
  const comment = words.option("comment");
  return comment === undefined ? {} : { comment };
}
