import { MAX_COMMENT_LENGTH } from "@bannerol/protocol/schemas";

/** No longer than a comment may be, unless told otherwise. */
export function shortened(text: string, most = MAX_COMMENT_LENGTH): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
